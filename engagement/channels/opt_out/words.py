"""The words of opt-out requests: English, Portuguese and Spanish, with the common words of French and German.

All of them in small letters without accents, as texts are compared.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Acted upon at once when they are all that a text says, by language.
KEYWORDS: dict[str, tuple[str, ...]] = {
    "en": (
        *(
            "stop all",
            "stopall",
            "stop",
            "unsubscribe me",
            "unsubscribe",
            "unsuscribe",
            "unsubcribe",
            "unsub",
            "cancel",
            "end",
            "quit",
            "revoke",
        ),
        *("opt me out", "opt out", "optout", "stop it", "stop this"),
    ),
    "pt-br": (
        *("sair", "parar", "pare", "parem", "cancelar", "cancele", "cancela", "cancelem", "descadastrar"),
        *(
            "descadastre",
            "descadastra",
            "descadastrem",
            "descadastro",
            "descadastrar me",
            "descadastre me",
            "me descadastre",
        ),
        *("me descadastra", "me descadastrem", "desinscrever", "desinscreva", "remover", "fim"),
    ),
    "es": (
        *("darme de baja", "dar de baja", "darse de baja", "dame de baja", "denme de baja", "baja", "salir"),
        *("detener", "desuscribir", "desuscribirme", "cancelar suscripcion"),
    ),
    "fr": (
        "arret",
        "arreter",
        "arretez",
        "desabonner",
        "desabonnez moi",
        "me desabonner",
        "desinscrire",
        "desinscription",
    ),
    "de": ("stopp", "abmelden", "abbestellen", "abmeldung", "austragen"),
}
# Said before and after a keyword without changing what is wanted.
COURTESY = _words(
    """
    please pls plz plse pl thanks thank thx tks ty you u kindly now immediately already asap right away ok okay hi
    hello hey dear sir madam team guys folks everyone cheers regards sincerely yes so and just por favor pfv pf
    pfvr plis obrigado obrigada obg obgd brigado brigada grato grata agradecido agradecida valeu vlw agora ja logo
    imediatamente urgente oi ola opa bom boa dia tarde noite senhores pessoal gente abraco abracos att gracias
    ahora inmediatamente hola buenos buenas dias tardes noches saludos merci svp stp sil vous te plait bonjour
    maintenant cordialement bitte danke sofort jetzt hallo sehr geehrte damen herren mfg gruss gruesse
    """
)
# Verbs that only mean this when the rest of their clause is about messages, the person, or nothing.
VERBS = _words(
    """
    stop stops stopp stopping stopall unsubscribe unsub cancel cancelled canceled end quit revoke remove delete
    erase cease desist enough block optout blocked sair saia parar pare parem para cancelar cancele cancela
    cancelem descadastrar descadastre descadastra descadastro descadastramento remover remova removam removido
    remocao excluir exclua excluam exclui apagar apague apaga tirar tire tira tirem retirar retire retirem retira
    chega basta baixa desinscrever desinscreva fim encerrar encerre deletar deleta bloquear bloqueia suspender
    suspenda exclusao saio paro cancelo baja alto salir salirme detener detenga detengan paren parad dejen dejar
    quitar quiten quitenme eliminar eliminen elimina borrar borren borrame desuscribir desuscribirme eliminenme
    borrenme arret arreter arretez desabonner desinscrire supprimer supprimez retirez stopper stoppen abmelden
    abbestellen austragen entfernen loeschen loschen aufhoren aufhoeren schluss
    """
)
# Those of them that are said of orders and appointments as well.
AMBIGUOUS = _words(
    """
    cancel cancelled canceled end cancelar cancele cancela cancelem fim encerrar encerre suspender suspenda baixa
    remove delete erase block retirar retire retira cancelo saio paro
    """
)
# Those that are said of nothing else.
CLEAR = _words(
    """
    unsubscribe unsub stopall optout descadastrar descadastre descadastra descadastro descadastramento desinscrever
    desinscreva desuscribir desuscribirme desabonner desinscrire abmelden abbestellen
    """
)
# What an opt-out is about: messages, lists, the person and the number.
ABOUT = _words(
    """
    text texts texting texted message messages messaging msg msgs sms mms whatsapp email emails e mail mails
    mailing newsletter newsletters news list lists database contact contacts contacting contacted number phone
    cell subscription subscriptions notification notifications alert alerts marketing promotion promotions
    promotional promo promos ad ads advert adverts advertising advertisement offer offers spam spamming send
    sending sends sent write writing call calls calling bother bothering bugging annoying harassing communication
    communications comms address mensagem mensagens zap zaps torpedo torpedos lista listas cadastro contato
    contatos numero telefone celular fone envio envios enviar envie enviem enviando envia mandar mande mandem
    mandando manda receber recebendo recebo recebimento propaganda propagandas publicidade promocao promocoes
    oferta ofertas novidades assinatura inscricao escrever escreva ligar ligando ligue encher enchendo incomodar
    incomode incomodem perturbar perturbe perturbem perturbando notificacao notificacoes avisos comunicacao
    comunicacoes endereco saco dados banco mensaje mensajes correo correos telefono movil suscripcion enviarme
    recibir publicidad promociones escribir escribirme molestar molesten boletin boletines contacto datos courriel
    courriels courrier liste publicite pub envoyer envois nachricht nachrichten nummer werbung verteiler kontakt
    """
)
# Words that stand in every sentence.
SMALL = _words(
    """
    i im id ive me my mine myself you your yours u ur we us our it its this that these those them any all
    everything anymore more again ever further from off of out to on in at for with the a an list want wanna would
    like wish need have has been be being is do not dont never no longer will can could may must should did how
    sign didnt ask asked signed up getting get got receive receiving received if take let leave alone just really
    and or so such other name como faco fazer faz solicito peco eu meu minha meus minhas mim nos de da das dos
    dessa desse dessas desses desta deste nessa esta este essa esse estes essas estas isso isto tudo todas todos
    qualquer mais nada nunca nao quero queria gostaria desejo desejaria preciso pode podem poderia poderiam favor
    poder voces voce vcs vc vocês que o os as um uma em na nas com para pra por ao aos pelo pela ser sou estou fui
    ta ne e ou se nome deixe deixar deixem yo mi mis lo la los las el un una del al quiero quisiera deseo necesito
    puede pueden podrian estos esto eso mas otra vez todo en con y je j veux voudrais plus le les mon ma mes ce
    cette ces vos votre moi recevoir pas du des ich mich mir mein meine meiner mochte moechte keine kein mehr von
    der die den dem aus bitte ihre ihrer eure diese dieser nicht zu
    """
)
# What somebody speaks of who orders, books, buys or repairs something.
BUSINESS = _words(
    """
    order orders ordered appointment appointments booking bookings reservation reservations visit delivery
    deliveries invoice payment refund purchase repair service return ticket meeting lesson class trip shop store
    bike bicycle tomorrow today tonight monday tuesday wednesday thursday friday saturday sunday pedido pedidos
    encomenda compra compras agendamento consulta reserva horario visita entrega boleto fatura nota pagamento
    reembolso revisao conserto oficina servico aula passeio loja bicicleta orcamento troca devolucao amanha hoje
    segunda terca quarta quinta sexta sabado domingo plano contrato cartao conta cita citas factura pago taller
    tienda manana hoy commande rendez rdv livraison facture demain bestellung termin lieferung rechnung buchung
    morgen laden
    """
)
# Sentences with such a word that say the contrary, or something else.
NEGATED = [
    re.compile(pattern)
    for pattern in (
        r"\b(?:do not|dont|never|please dont|please do not|cant|cannot|wont|will not|didnt|did not|dont ever|not)"
        r" (?:want to |wish to |wanna |going to |ever |yet |please )?"
        r"(?:stop|quit|cease|end|cancel|unsubscribe|unsub|opt out|remove me|remove|delete|revoke)\b",
        r"\b(?:non ?stop|without stopping|bus stop|full stop|stop by|stop in|stop over|stop at|the end|weekend|"
        r"at the end|in the end|end of|by the end)\b",
        r"\b(?:nao|nunca|jamais) (?:me |se |quero |desejo |vou |pretendo |gostaria de |precisa |precisam "
        r"|deixe de |"
        r"deixem de |deixa de |podem |pode |quero que )?(?:pare|parem|para|parar|sair|saia|cancele|cancela"
        r"|cancelem|"
        r"cancelar|remova|remove|removam|remover|descadastre|descadastrar|descadastra|exclua|excluir|apague"
        r"|tire|tira|"
        r"tirem|deixe de|deixem de|deixa de|encerre|basta)\b",
        r"\b(?:no|nunca|jamas) (?:me |se |quiero |deseo |voy a |dejen de |dejes de |deje de )?(?:pares|paren"
        r"|pare|parar|"
        r"cancele|cancelen|cancelar|eliminen|salir|borren|quiten|detengan|dejen de|dejes de|deje de)\b",
        r"\bno me (?:den|des|dejen|deje) (?:de )?(?:baja|recibir)\b|\bno quiero (?:dejar de|darme de)\b",
        r"\b(?:ne|n) (?:vous |t |me )?(?:arretez|arretes?|arreter|desabonnez) pas\b",
        r"\bnicht (?:stoppen|abmelden|aufhoren|aufhoeren|loschen)\b",
    )
]
_TALK = (
    r"(?:text\w*|messag\w*|msgs?|sms|contact\w*|send\w*|sent|spam\w*|writ\w*|e ?mail\w*|mail\w*"
    r"|newsletters?|call\w*"
    r"|bother\w*|bugg\w*|harass\w*|annoy\w*|notif\w*|promo\w*|marketing|ads?|advert\w*|offers?|subscription)"
)
_FALA = (
    r"(?:mensage\w*|mensagen\w*|msgs?|sms|torpedos?|mandar|mandem?|manda|mandando|envi\w+|receb\w+|contat\w+"
    r"|propagandas?|publicidade|promoc\w+|ofertas?|novidades|escrev\w+|e ?mails?|newsletters?|zaps?|whats\w*"
    r"|incomod\w+|perturb\w+|enche\w*|ligar|ligando|notificac\w+|lista)"
)
_HABLA = (
    r"(?:mensajes?|sms|correos?|e ?mails?|mandar\w*|mandando|manden?|enviar\w*|enviando|envien?|recib\w+|contact\w+"
    r"|publicidad|promociones|ofertas|escrib\w+|llam\w+|molest\w+|boletin\w*|newsletters?|lista)"
)
# Requests that are clear whatever stands around them, within one clause.
REQUESTS = [
    re.compile(pattern)
    for pattern in (
        # English
        rf"\b(?:stop|quit|cease|enough|no more)\b[^.!?\n]{{0,40}}\b{_TALK}\b",
        rf"\b(?:do not|dont|never)\b[^.!?\n]{{0,20}}\b{_TALK}\b[^.!?\n]{{0,40}}\b(?:me|again|anymore|any more"
        rf"|number)\b",
        rf"\b(?:do not|dont|not|no longer) (?:want|wish|care|like|need)\b[^.!?\n]{{0,40}}\b{_TALK}\b",
        r"\b(?:do not|dont) want (?:this|these|those|it|any|them)(?: (?:anymore|any more|any|from you|again))+\b",
        r"\bno longer (?:interested|wish|want)\b|\bnot interested\b|\bwrong (?:number|person)\b|\blose my number\b",
        r"\b(?:unsubscribe|unsub) (?:me|my|us|this|from)\b",
        r"\b(?:want|like|wish|need|how|please|can|could|must|trying|tried) (?:\w+ ){0,4}(?:unsubscribe|unsub"
        r"|opt out)\b",
        r"\b(?:opt me out|opting out|opt out (?:please|of|from)|revoke (?:my )?consent|withdraw (?:my )?consent"
        r"|leave me alone|object to (?:marketing|direct marketing|receiving)|right to object)\b",
        r"\b(?:remove|delete|take|get|drop|erase|scrub) (?:\w+ ){0,2}(?:me|us|my \w+|our \w+|this (?:number"
        r"|email|address))"
        r" (?:\w+ ){0,4}(?:list|lists|database|mailing|distribution)\b",
        r"\b(?:remove|delete|take|drop) (?:out |off )?(?:from|off|of) (?:\w+ ){0,3}(?:list|lists|database)\b",
        r"\b(?:take|get) (?:me|us|my \w+|this (?:number|email|address)) off\b",
        r"\b(?:remove|delete|erase) (?:me|my number|my email|my e mail|my name|my address|my contact|my data"
        r"|my details"
        r"|this number|us)\b",
        r"\bnever (?:signed up|subscribed|opted in|consented|agreed to (?:this|these|receive))\b",
        r"\bnever asked (?:for|to) (?:this|these|it|that|be|get|receive|any)(?:$| (?:text|texts|message"
        r"|messages|on|here))",
        # Portuguese
        rf"\b(?:pare|parem|para|parar|chega|basta|deixe|deixem|deixa|cancel\w+"
        rf"|suspend\w+)\b[^.!?\n]{{0,30}}\b{_FALA}\b",
        rf"\bnao (?:quero|desejo|gostaria|aguento|preciso)\b[^.!?\n]{{0,40}}\b{_FALA}\b",
        r"\bnao (?:quero|desejo) (?:mais )?(?:isso|nada|receber)(?: (?:mais|de voces|disso|de vcs))?$",
        r"\b(?:nao|nunca mais|jamais) (?:me )?(?:mande|mandem|manda|envie|enviem|escreva|escrevam|contate"
        r"|contatem|ligue"
        r"|liguem)\b[^.!?\n]{0,30}\b(?:mais|nada|sms|mensage\w*|mensagen\w*|msgs?|propagandas?|e ?mails?"
        r"|propaganda|torpedos?)\b",
        r"\b(?:nao|nunca mais) me (?:mande|mandem|envie|enviem|escreva|escrevam|contate|contatem|ligue"
        r"|liguem)(?: mais)?$",
        r"\bnao (?:me )?(?:perturbe|perturbem|incomode|incomodem)\b|\bnao autorizo(?: mais)?(?:$"
        r"| (?:o )?(?:envio|contato|uso"
        r"|mensagens|receber|isso))",
        r"\b(?:solicito|peco|quero|favor|pedido de) (?:\w+ ){0,2}(?:exclusao|remocao) (?:\w+ ){0,2}(?:meu"
        r"|minha|lista"
        r"|cadastro|numero|contato|nome|e ?mail)\b",
        r"\bdescadastr\w*|\bdesinscr\w*|\bdescadastramento\b",
        r"\bme (?:tire|tira|tirem|remova|remove|removam|exclua|exclui|excluam|apague|apaga|apaguem|retire"
        r"|retirem)\b",
        r"\b(?:remov|tir|exclu|apag|delet|retir)\w* (?:o )?(?:meu|este|esse) (?:numero|contato|telefone"
        r"|cadastro|nome"
        r"|e ?mail|endereco|celular)\b",
        r"\bme deixe?m? em paz\b|\bnumero errado\b|\b(?:nao tenho|sem) (?:mais )?interesse\b"
        r"|\bnao tenho mais interesse\b",
        r"\bsair (?:da|dessa|desta|de sua|da sua|das|dessas) (?:lista|listas|newsletter|base)\b",
        r"\b(?:revogo|retiro|revogar|retirar) (?:o |meu |o meu )?consentimento\b",
        r"\b(?:quero|gostaria|desejo|como) (?:\w+ ){0,3}(?:descadastr\w*|sair d\w+ lista|cancelar (?:a "
        r"|minha )?(?:inscricao"
        r"|assinatura))\b",
        # Spanish
        rf"\b(?:paren?|parar|dejen?|dejad|deja|basta|no mas|cancel\w+)\b[^.!?\n]{{0,30}}\b{_HABLA}\b",
        rf"\bno (?:quiero|deseo|quisiera)\b[^.!?\n]{{0,40}}\b{_HABLA}\b",
        r"\bno me (?:mande|manden|mandes|envie|envien|escriba|escriban|llame|llamen|molesten|contacten)\b",
        r"\b(?:dar|darme|darse|deme|denme|dame|den) de baja\b|\bdesuscrib\w*|\bdesinscrib\w*",
        r"\b(?:eliminen?me|borren?me|quiten?me|saquen?me)\b|\bdejen?me en paz\b|\bno (?:me interesa"
        r"|estoy interesad[oa])\b",
        r"\bnumero equivocado\b|\bno (?:enviar|mandar|escribir|contactar)(?: mas| nada)?$",
        # French, German
        r"\bdesabonn\w*|\bdesinscri\w*|\bne (?:veux|souhaite|desire) plus\b|\bplus (?:de )?(?:messages|sms"
        r"|mails|pub)\b",
        r"\b(?:retirez|supprimez|enlevez) (?:moi|mon)\b|\blaissez moi tranquille\b",
        r"\babmeld\w*|\babbestell\w*|\baustrag\w*|\bkeine? (?:weiteren? )?(?:sms|nachrichten?|mails?"
        r"|e ?mails?|werbung"
        r"|newsletter)\b",
        r"\b(?:loschen|loeschen|entfernen|streichen) sie (?:mich|meine)\b|\blassen sie mich in ruhe\b",
    )
]
# Said as a whole clause.
WHOLE = frozenset(
    {
        *(
            "no more",
            "no more please",
            "not interested",
            "wrong number",
            "leave me alone",
            "go away",
            "fuck off",
            "make it stop",
            "do not call or text",
            "dont call or text",
            "do not text or call",
            "i want out",
        ),
        *("nao quero", "nao quero mais", "nao quero mais isso", "nao quero isso", "nao obrigado nao quero mais"),
        *("nao perturbe", "nao perturbem", "nao incomode", "para", "para de", "chega", "basta", "alto", "baixa"),
        *(
            "no quiero",
            "no quiero mas",
            "me doy de baja",
            "ya no quiero",
            "no mas",
            "no gracias no quiero mas",
            "no molestar",
            "ya basta",
        ),
        *("plus de message", "plus rien", "ca suffit", "schluss", "aufhoren", "aufhoeren", "kein interesse"),
        *("non merci plus de message", "pas interesse", "nao tenho interesse", "sem interesse", "no me interesa"),
        *("do not disturb", "dont contact me", "do not contact me", "do not contact", "do not text", "do not email"),
    }
)
# In capitals at the beginning of a text they are meant, whatever follows.
SHOUTED = _words("stop stopall unsubscribe optout sair parar pare parem descadastrar baja")
# Without one of these in it a text need not be looked at.
HINTS = re.compile(
    r"stop|unsu|cancel|\bend\b|\bquit|revo|opt|remov|delet|eras|ceas|desist|enough|block|no more"
    r"|no longer|not inter|wrong|"
    r"lose my|get me|want out|alone|go away|fuck|never|dont|do not|want|takes? |drop|object|consent"
    r"|withdraw|disturb|"
    r"sai|par[ae]|descad|desins|exclu|apag|tir[ae]|chega|basta|baixa|fim|encerr|suspend|nao |interess"
    r"|numero|perturb|"
    r"incomod|deix|dej|autoriz|mais|jamais|exclus|bloq|saio|paro |baja|alto|deten|quit|elimin|borr|sali"
    r"|desusc|molest|no me|no env|no man|no esc|no con|no quier|no mas|saqu|"
    r"arret|desab|suppri|retire|plus|laiss|suffit|abmeld|abbest|austrag|entfern|losch|loesch|aufho"
    r"|schluss|kein|streich|"
    r"lass"
)
