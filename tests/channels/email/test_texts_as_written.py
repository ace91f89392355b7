"""What people write and mail programs add, in many languages: the writer's own words are open, and nothing else."""

import base64

import pytest

from engagement.channels.email.charsets import decode_guessing
from engagement.channels.email.parsing import parse


def make(head, body, charset="utf-8"):
    return (head.strip("\n") + "\n\n" + body).replace("\n", "\r\n").encode(charset)


CASES = []
H = "From: Ana <ana@cliente.example>\nTo: care@pedralva.example\nMessage-ID: <x@c.example>\nSubject: Pedido\n"


def t(name, body, vis, absent=(), head=H, ct="text/plain; charset=utf-8", enc="utf-8"):
    raw = make(head + f"Content-Type: {ct}", body, enc)
    CASES.append((name, raw, vis, absent))


Q = "Sua encomenda saiu ontem."
# quoting
t(
    "gmail-pt",
    "Obrigada!\n\nEm dom., 22 de nov. de 2026 às 10:00, Pedralva <care@pedralva.example>\nescreveu:\n\n> " + Q + "\n",
    ["Obrigada"],
    absent=[Q, "escreveu"],
)
t(
    "gmail-en",
    "Thanks!\n\nOn Sun, Nov 22, 2026 at 10:00 AM Pedralva <care@pedralva.example> wrote:\n\n> " + Q + "\n",
    ["Thanks"],
    absent=[Q, "wrote:"],
)
t(
    "gmail-es",
    "Gracias\n\nEl dom, 22 nov 2026 a las 10:00, Pedralva (<care@pedralva.example>) escribió:\n\n> " + Q + "\n",
    ["Gracias"],
    absent=[Q, "escribió"],
)
t(
    "gmail-de",
    "Danke\n\nAm So., 22. Nov. 2026 um 10:00 Uhr schrieb Pedralva <care@pedralva.example>:\n\n> " + Q + "\n",
    ["Danke"],
    absent=[Q, "schrieb"],
)
t(
    "gmail-fr",
    "Merci\n\nLe dim. 22 nov. 2026 à 10:00, Pedralva <care@pedralva.example> a écrit :\n\n> " + Q + "\n",
    ["Merci"],
    absent=[Q, "écrit"],
)
t(
    "apple-pt",
    "Obrigada\n\n> Em 22 de nov. de 2026, à(s) 10:00, Pedralva <care@pedralva.example> escreveu:\n> \n> " + Q + "\n",
    ["Obrigada"],
    absent=[Q],
)
t(
    "apple-de",
    "Danke\n\n> Am 22.11.2026 um 10:00 schrieb Pedralva <care@pedralva.example>:\n> \n> " + Q + "\n",
    ["Danke"],
    absent=[Q],
)
t(
    "outlook-pt",
    "Obrigada, Ana\n\nDe: Pedralva <care@pedralva.example>\nEnviada em: domingo, 22 de novembro de 2026 10:00\nPara: Ana <ana@cliente.example>\nAssunto: Pedido\n\n"
    + Q,
    ["Obrigada"],
    absent=[Q, "Enviada em"],
)
t(
    "outlook-ptPT",
    "Obrigada, Ana\n\nDe: Pedralva <care@pedralva.example>\nEnviado: 22 de novembro de 2026 10:00\nPara: Ana <ana@cliente.example>\nAssunto: Pedido\n\n"
    + Q,
    ["Obrigada"],
    absent=[Q, "Enviado:"],
)
t(
    "outlook-en",
    "Thanks\n\n________________________________\nFrom: Pedralva <care@pedralva.example>\nSent: Sunday, November 22, 2026 10:00 AM\nTo: Ana\nSubject: Pedido\n\n"
    + Q,
    ["Thanks"],
    absent=[Q, "Sent:"],
)
t(
    "outlook-de",
    "Danke\n\nVon: Pedralva <care@pedralva.example>\nGesendet: Sonntag, 22. November 2026 10:00\nAn: Ana\nBetreff: Pedido\n\n"
    + Q,
    ["Danke"],
    absent=[Q, "Gesendet"],
)
t(
    "outlook-fr",
    "Merci\n\nDe : Pedralva <care@pedralva.example>\nEnvoyé : dimanche 22 novembre 2026 10:00\nÀ : Ana\nObjet : Pedido\n\n"
    + Q,
    ["Merci"],
    absent=[Q, "Envoyé"],
)
t(
    "outlook-es",
    "Gracias\n\nDe: Pedralva <care@pedralva.example>\nEnviado el: domingo, 22 de noviembre de 2026 10:00\nPara: Ana\nAsunto: Pedido\n\n"
    + Q,
    ["Gracias"],
    absent=[Q, "Enviado el"],
)
t(
    "outlook-it",
    "Grazie\n\nDa: Pedralva <care@pedralva.example>\nInviato: domenica 22 novembre 2026 10:00\nA: Ana\nOggetto: Pedido\n\n"
    + Q,
    ["Grazie"],
    absent=[Q, "Inviato"],
)
t(
    "outlook-mobile-pt",
    "Ok\n\nObter o Outlook para Android<https://aka.ms/x>\n________________________________\nFrom: Pedralva <care@pedralva.example>\nSent: Sunday, November 22, 2026 10:00:00 AM\nTo: Ana\nSubject: Pedido\n\n"
    + Q,
    ["Ok"],
    absent=[Q],
)
t(
    "original-pt",
    "Ok, pode ser.\n\n-----Mensagem original-----\nDe: Pedralva\nEnviada em: 22/11/2026\nPara: Ana\nAssunto: Pedido\n\n"
    + Q,
    ["Ok, pode"],
    absent=[Q],
)
t(
    "yahoo-pt",
    "Ok, pode ser.\n\nEm domingo, 22 de novembro de 2026 às 10:00:00 BRT, Pedralva <care@pedralva.example> escreveu: \n\n "
    + Q,
    ["Ok, pode"],
    absent=[Q],
)
t(
    "yahoo-es",
    "Vale\n\nEn domingo, 22 de noviembre de 2026, 10:00:00 CET, Pedralva <care@pedralva.example> escribió:\n\n " + Q,
    ["Vale"],
    absent=[Q],
)
t(
    "proton-en",
    "Ok sure.\n\nSent with Proton Mail secure email.\n\nOn Sunday, November 22nd, 2026 at 10:00, Pedralva <care@pedralva.example> wrote:\n\n> "
    + Q,
    ["Ok sure"],
    absent=[Q],
)
t(
    "proton-pt",
    "Certo.\n\nEnviado com o e-mail seguro Proton Mail.\n\nNo domingo, 22 de novembro de 2026 às 10:00, Pedralva <care@pedralva.example> escreveu:\n\n> "
    + Q,
    ["Certo"],
    absent=[Q],
)
t(
    "proton-de",
    "Gut.\n\nPedralva <care@pedralva.example> schrieb am Sonntag, 22. November 2026 um 10:00:\n\n> " + Q,
    ["Gut"],
    absent=[Q],
)
t("thunderbird-pt", "Sim.\n\nEm 22/11/2026 10:00, Pedralva escreveu:\n> " + Q, ["Sim"], absent=[Q])
t(
    "thunderbird-inline",
    "Em 22/11/2026 10:00, Pedralva escreveu:\n> Qual a cor?\n\nAzul.\n\n> Qual o tamanho?\n\nM, por favor.",
    ["Azul", "M, por favor"],
)
t(
    "iphone-pt",
    "Pode ser.\n\nEnviado do meu iPhone\n\n> Em 22 de nov. de 2026, à(s) 10:00, Pedralva <care@pedralva.example> escreveu:\n> \n> "
    + Q,
    ["Pode ser"],
    absent=[Q],
)
t(
    "samsung-pt",
    "Pode ser.\n\nEnviado do meu Galaxy\n\n-------- Mensagem original --------\nDe: Pedralva <care@pedralva.example>\nData: 22/11/2026 10:00 (GMT-03:00)\nPara: Ana <ana@cliente.example>\nAssunto: Pedido\n\n"
    + Q,
    ["Pode ser"],
    absent=[Q],
)
t(
    "customer-quotes-third",
    'Minha vizinha escreveu:\n"não chegou nada".\nE o meu pedido também não.',
    ["vizinha", "não chegou", "meu pedido"],
)
t(
    "customer-escreveu-list",
    "O entregador escreveu:\n- ausente\n- sem número\n\nMas eu estava em casa!",
    ["ausente", "estava em casa"],
)
t(
    "de-para-own",
    "Preciso mudar a entrega:\nDe: Rua A, 10\nPara: Rua B, 20\n\nPodem fazer?",
    ["Rua A", "Rua B", "Podem fazer"],
)
t(
    "from-to-own",
    "Flight change please:\nFrom: Lisbon\nTo: Porto\nDate: 5 May\n\nIs that possible?",
    ["Lisbon", "Porto", "possible"],
)
t(
    "form-own",
    "Dados para a nota:\nNome: Ana\nAssunto: nota\nData: 10/11\nPara: empresa X\n\nObrigada",
    ["Nome: Ana", "empresa X", "Obrigada"],
)
t("gt-own", "Preço > 100 reais?\n> 200 talvez\nMe avisem", ["Preço", "Me avisem", "200 talvez"])
# signatures
t("sig-std", "Oi, tudo bem?\n\n-- \nAna Prado\n+55 11 99999-0000", ["Oi"], absent=["Ana Prado"])
t(
    "sig-dash-in-middle",
    "Itens:\n--\n2 cadeiras\n--\n1 mesa\n\nQuanto fica o frete para Olinda?",
    ["2 cadeiras", "1 mesa", "frete"],
)
t("rule-eq", "Olá\n=====\nPedido 12 veio quebrado\n=====\nQuero trocar", ["Pedido 12", "Quero trocar"])
t("rule-star", "Olá\n***\nPedido 12 veio quebrado", ["Pedido 12"])
t("rule-underscore", "Olá\n_____________________\nPedido 12 veio quebrado, quero o dinheiro de volta", ["quebrado"])
t("rule-dashes-long", "Olá\n----------------------\nPedido 12 veio quebrado, quero o dinheiro de volta", ["quebrado"])
t(
    "sig-then-ps",
    "Oi\n\n-- \nAna\n\nPS: o portão é azul, toque a campainha duas vezes porque não ouço",
    ["PS: o portão"],
)
t(
    "sig-dashdash-letter",
    "Prezados,\n-- \nsegue a lista de problemas que encontrei no produto e que precisam de solução até sexta:\n1. porta\n2. roda\nAguardo retorno de vocês sobre isso.",
    ["lista de problemas", "porta"],
)
t("att-no-blank", "Att,\nAna Prado\nDiretora\n(11) 3333-4444", ["Ana Prado"])
t("only-quote", "> " + Q, [])
t("disclaimer", "Oi, cadê?\n\nAVISO LEGAL: Esta mensagem é confidencial.", ["cadê"])
t("bottom-post", "Em 22/11/2026 10:00, Pedralva escreveu:\n> " + Q + "\n\nAinda não chegou!", ["Ainda não chegou"])
t("reply-above-line", "##- Escreva sua resposta acima desta linha -##\nOi", ["Oi"])


def alt(name, plain, html, vis, absent=()):
    raw = make(
        H + "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=BB",
        f"--BB\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n--BB\nContent-Type: text/html; charset=utf-8\n\n{html}\n--BB--\n",
    )
    CASES.append((name, raw, vis, absent))


def htm(name, html, vis, absent=()):
    CASES.append((name, make(H + "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8", html), vis, absent))


alt("stub-empty", "", "<p>Meu pedido <b>77</b> não chegou.</p>", ["77 não chegou"])
alt(
    "stub-en",
    "Your email client does not support HTML messages.",
    "<p>Meu pedido 77 não chegou.</p>",
    ["77 não chegou"],
)
alt(
    "stub-pt",
    "Para ver esta mensagem, use um leitor de e-mail compatível com HTML.",
    "<p>Meu pedido 77 não chegou.</p>",
    ["77 não chegou"],
)
alt(
    "stub-browser",
    "View this email in your browser: https://x.example/1",
    "<p>Meu pedido 77 não chegou.</p>",
    ["77 não chegou"],
)
alt("stub-nbsp", "\u00a0", "<p>Meu pedido 77 não chegou.</p>", ["77 não chegou"])
alt("stub-img", "[image: image.png]", "<p>Meu pedido 77 não chegou.</p><img src=cid:1>", ["77 não chegou"])
alt(
    "stub-sig",
    "Enviado do meu iPhone",
    "<p>Meu pedido 77 não chegou.</p><p>Enviado do meu iPhone</p>",
    ["77 não chegou"],
)
alt("plain-cut", "Meu pedido 77", "<p>Meu pedido 77 não chegou. Quero o reembolso.</p>", ["reembolso"])
alt("plain-other", "Olá Ana, veja as novidades", "<p>Meu pedido 77 não chegou. Quero o reembolso.</p>", ["reembolso"])
alt("html-empty", "Meu pedido 77 não chegou", "<html><body></body></html>", ["77 não"])
alt("html-only-img", "Meu pedido 77 não chegou", '<html><body><img src="cid:x"></body></html>', ["77 não"])
htm(
    "preheader",
    '<div style="display:none;max-height:0">Prévia escondida</div><p>Meu pedido 77</p>',
    ["Meu pedido 77"],
    ["Prévia"],
)
htm(
    "preheader-font0",
    '<div style="font-size:0px;line-height:0;color:#fff">Prévia escondida</div><p>Meu pedido 77</p>',
    ["Meu pedido 77"],
    ["Prévia"],
)
htm(
    "preheader-class",
    '<style>.pre{display:none!important}</style><div class="pre">Prévia escondida</div><p>Meu pedido 77</p>',
    ["Meu pedido 77"],
    ["Prévia"],
)
htm(
    "preheader-mso",
    '<div style="mso-hide:all;opacity:0">Prévia escondida</div><p>Meu pedido 77</p>',
    ["Meu pedido 77"],
    ["Prévia"],
)
htm("hidden-attr", "<div hidden>Prévia escondida</div><p>Meu pedido 77</p>", ["Meu pedido 77"], ["Prévia"])
htm(
    "title-head",
    "<html><head><title>Prévia escondida</title></head><body><p>Meu pedido 77</p></body></html>",
    ["Meu pedido 77"],
    ["Prévia"],
)
htm(
    "table-layout",
    "<table><tr><td>Produto</td><td>Qtd</td></tr><tr><td>Cadeira</td><td>2</td></tr></table><p>Podem cotar?</p>",
    ["Cadeira", "Podem cotar"],
)
htm(
    "outlook-desktop",
    '<div class=WordSection1><p class=MsoNormal>Obrigada, Ana</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class=MsoNormal><b>De:</b> Pedralva &lt;care@pedralva.example&gt;<br><b>Enviada em:</b> domingo, 22 de novembro de 2026 10:00<br><b>Para:</b> Ana<br><b>Assunto:</b> Pedido</p></div><p class=MsoNormal><img src="cid:logo"></p><table><tr><td>'
    + Q
    + "</td></tr></table></div>",
    ["Obrigada"],
    [Q, "Enviada em"],
)
htm(
    "outlook-web",
    '<div>Obrigada</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Pedralva<br><b>Sent:</b> Sunday<br><b>To:</b> Ana<br><b>Subject:</b> Pedido</div><div>'
    + Q
    + "</div>",
    ["Obrigada"],
    [Q],
)
htm(
    "outlook-mobile",
    '<div dir="auto">Obrigada</div><div id="ms-outlook-mobile-signature">Get <a href="x">Outlook for iOS</a></div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg"><font><b>De:</b> Pedralva &lt;care@pedralva.example&gt;<br><b>Enviado:</b> 22<br><b>Para:</b> Ana<br><b>Assunto:</b> Pedido</font></div><div>'
    + Q
    + "</div>",
    ["Obrigada"],
    [Q],
)
htm(
    "outlook-new-mac",
    '<div>Merci</div><div id="mail-editor-reference-message-container"><div style="border:none;border-top:solid #B5C4DF 1.0pt"><p><b>De : </b>Pedralva<br><b>Date : </b>dimanche 22<br><b>À : </b>Ana<br><b>Objet : </b>Pedido</p></div><div>'
    + Q
    + "</div></div>",
    ["Merci"],
    [Q],
)
htm(
    "gmail-html",
    '<div dir="ltr">Obrigada!</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">Em dom., 22 de nov. de 2026 às 10:00, Pedralva &lt;<a href="mailto:care@pedralva.example">care@pedralva.example</a>&gt; escreveu:<br></div><blockquote class="gmail_quote">'
    + Q
    + "</blockquote></div>",
    ["Obrigada"],
    [Q],
)
htm(
    "gmail-answer-below",
    '<div class="gmail_quote"><div class="gmail_attr">Em dom., Pedralva escreveu:</div><blockquote class="gmail_quote">'
    + Q
    + "</blockquote></div><div>Ainda não chegou!</div>",
    ["Ainda não chegou"],
    [],
)
htm(
    "yahoo-html",
    '<div class="ydp1 yahoo-style-wrap"><div>Ok</div></div><div id="ydp2" class="yahoo_quoted"><div>Em domingo, Pedralva escreveu:</div><div>'
    + Q
    + "</div></div>",
    ["Ok"],
    [Q],
)
htm(
    "apple-html",
    '<html><body>Ok<br><div><br><blockquote type="cite"><div>Em 22 de nov. de 2026, à(s) 10:00, Pedralva &lt;care@pedralva.example&gt; escreveu:</div><br><div>'
    + Q
    + "</div></blockquote></div></body></html>",
    ["Ok"],
    [Q],
)
htm(
    "proton-html",
    '<div>Certo</div><div class="protonmail_signature_block">x</div><div class="protonmail_quote">No domingo, Pedralva escreveu:<blockquote class="protonmail_quote" type="cite">'
    + Q
    + "</blockquote></div>",
    ["Certo"],
    [Q],
)
htm(
    "zimbra-html",
    '<div>Certo</div><hr id="zwchr"><div><b>De: </b>"Pedralva" &lt;care@pedralva.example&gt;<br><b>Para: </b>"Ana"<br><b>Enviadas: </b>Domingo, 22<br><b>Assunto: </b>Pedido</div><div>'
    + Q
    + "</div>",
    ["Certo"],
    [Q],
)
htm(
    "interleaved-blockquote",
    "<p>Vejam o que a loja disse:</p><blockquote>não trocamos</blockquote><p>Isso é legal?</p>",
    ["não trocamos", "Isso é legal"],
    [],
)
htm("letter-hr-table", "<p>Lista:</p><hr><p>2 cadeiras</p><hr><p>Quanto fica?</p>", ["2 cadeiras", "Quanto fica"], [])


# charsets
def raw8(name, head, body, vis, subj=None):
    CASES.append((name, (head.replace("\n", "\r\n") + "\r\n\r\n").encode() + body, vis, (), subj))


P = "안녕하세요. 주문한 상품이 아직 도착하지 않았습니다. 언제 배송됩니까?"
raw8("euckr-label", H + "Content-Type: text/plain; charset=euc-kr", P.encode("euc-kr"), [P])
raw8(
    "cp949-as-euckr",
    H + "Content-Type: text/plain; charset=ks_c_5601-1987",
    "똠방각하 펲시콜라".encode("cp949"),
    ["똠방각하"],
)
raw8("euckr-nolabel", H.rstrip("\n"), P.encode("euc-kr"), [P])
B = "您好，我訂購的商品還沒有收到，請問什麼時候可以送達？謝謝您的幫忙。"
raw8("big5-label", H + "Content-Type: text/plain; charset=big5", B.encode("big5"), [B])
raw8("big5-hkscs", H + "Content-Type: text/plain; charset=big5", "嘅喺咗".encode("big5hkscs"), ["嘅喺咗"])
raw8("big5-nolabel", H.rstrip("\n"), B.encode("big5"), [B])
G = "您好，我订购的商品还没有收到，请问什么时候可以送达？谢谢您的帮助。"
raw8("gb-nolabel", H.rstrip("\n"), G.encode("gb18030"), [G])
raw8("gb18030", H + "Content-Type: text/plain; charset=gb2312", (G + "喆镕𠀀€").encode("gb18030"), ["喆镕𠀀"])
J = "こんにちは。注文した商品がまだ届いていません。いつ届きますか？"
raw8("eucjp-nolabel", H.rstrip("\n"), J.encode("euc-jp"), [J])
raw8("sjis-nolabel", H.rstrip("\n"), J.encode("shift_jis"), [J])
raw8("sjis-cp932", H + "Content-Type: text/plain; charset=shift_jis", "①㈱髙﨑 ～".encode("cp932"), ["①㈱髙﨑"])
raw8("iso2022jp-nec", H + "Content-Type: text/plain; charset=iso-2022-jp", b"\x1b$B-!-j\x1b(B ok", ["①㈱"])
R = "Здравствуйте, где мой заказ? Я жду уже две недели."
raw8("koi8-nolabel", H.rstrip("\n"), R.encode("koi8-r"), [R])
raw8("cp1251-nolabel", H.rstrip("\n"), R.encode("cp1251"), [R])
raw8(
    "latin1-nolabel",
    H.rstrip("\n"),
    "Olá, não recebi a encomenda. Até amanhã!".encode("latin-1"),
    ["não recebi a encomenda"],
)
raw8("cp1252-euro", H.rstrip("\n"), "Paguei 50 € – “não” chegou".encode("cp1252"), ["50 € – “não”"])
raw8("utf8-as-ascii", H + "Content-Type: text/plain; charset=us-ascii", "não chegou".encode(), ["não chegou"])
raw8(
    "utf8-as-latin1",
    H + "Content-Type: text/plain; charset=iso-8859-1",
    "não chegou à loja".encode(),
    ["não chegou à loja"],
)
raw8(
    "utf16",
    H + "Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64",
    base64.encodebytes("não chegou".encode("utf-16")),
    ["não chegou"],
)
raw8("utf7", H + "Content-Type: text/plain; charset=utf-7", "não chegou".encode("utf-7"), ["não chegou"])
raw8("unknown-cs", H + "Content-Type: text/plain; charset=x-unknown", "não chegou".encode(), ["não chegou"])
raw8("macroman", H + "Content-Type: text/plain; charset=macintosh", "não chegou".encode("mac_roman"), ["não chegou"])
raw8(
    "greek",
    H + "Content-Type: text/plain; charset=iso-8859-7",
    "Πού είναι η παραγγελία".encode("iso-8859-7"),
    ["Πού είναι"],
)
raw8("hebrew-i", H + "Content-Type: text/plain; charset=iso-8859-8-i", "שלום".encode("iso-8859-8"), ["שלום"])
raw8("thai", H + "Content-Type: text/plain; charset=tis-620", "สวัสดี".encode("tis-620"), ["สวัสดี"])
raw8(
    "qp-broken",
    H + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable",
    b"n=C3=A3o chegou =\r\nainda =ZZ fim",
    ["não chegou ainda"],
)
raw8(
    "b64-nopad",
    H + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64",
    base64.b64encode("não chegou a loja".encode()).rstrip(b"="),
    ["não chegou a loja"],
)
S = H.replace("Subject: Pedido\n", "")
raw8("subj-8bit-euckr", S + "Content-Type: text/plain; charset=euc-kr", b"x", ["x"])
CASES.append(
    (
        "subj-raw-euckr",
        (S.replace("\n", "\r\n")).encode()
        + b"Subject: "
        + "주문 문의드립니다".encode("euc-kr")
        + b"\r\nContent-Type: text/plain; charset=euc-kr\r\n\r\nx",
        ["x"],
        (),
        "주문 문의드립니다",
    )
)
CASES.append(
    (
        "subj-split-mb",
        (S.replace("\n", "\r\n")).encode()
        + b"Subject: =?utf-8?B?"
        + base64.b64encode("não é".encode()[:2])
        + b"?= =?utf-8?B?"
        + base64.b64encode("não é".encode()[2:])
        + b"?=\r\n\r\nx",
        ["x"],
        (),
        "não é",
    )
)
CASES.append(
    (
        "subj-qp-spaces",
        (S.replace("\n", "\r\n")).encode() + b"Subject: =?UTF-8?Q?Promo=C3=A7=C3=A3o de ver=C3=A3o?=\r\n\r\nx",
        ["x"],
        (),
        "Promoção de verão",
    )
)
CASES.append(
    (
        "subj-nospace",
        (S.replace("\n", "\r\n")).encode() + b"Subject: Oi=?UTF-8?Q?_n=C3=A3o?=\r\n\r\nx",
        ["x"],
        (),
        "Oi não",
    )
)
CASES.append(
    ("cr-only", make(H, "Meu pedido não chegou\nAna").replace(b"\r\n", b"\r"), ["Meu pedido não chegou"], (), "Pedido")
)
CASES.append(
    ("lf-only", make(H, "Meu pedido não chegou\nAna").replace(b"\r\n", b"\n"), ["Meu pedido não chegou"], (), "Pedido")
)
CASES.append(
    (
        "crcrlf",
        make(H, "Meu pedido não chegou\nAna").replace(b"\r\n", b"\r\r\n"),
        ["Meu pedido não chegou"],
        (),
        "Pedido",
    )
)
CASES.append(
    (
        "torn1",
        b"From: ana@cliente.example\r\nTo: care@pedralva.example\r\nX-Foo bar without colon\r\nSubject: Pedido\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nOi l\xc3\xa1",
        ["Oi lá"],
        (),
        "Pedido",
    )
)
CASES.append(
    ("torn3", b">From ana Mon Nov\r\nFrom: ana@cliente.example\r\nSubject: Pedido\r\n\r\nOi", ["Oi"], (), "Pedido")
)
CASES.append(
    (
        "noblank",
        b"From: ana@cliente.example\r\nSubject: Pedido\r\nOi, cad\xc3\xaa o pedido?\r\nObrigada",
        ["cadê o pedido"],
        (),
        "Pedido",
    )
)


@pytest.mark.parametrize("case", [pytest.param(one[1:], id=one[0]) for one in CASES])
def test_the_writers_words_are_open_and_the_history_folds(case):
    raw, visible, folded, *subject = case
    parsed = parse(raw, envelope_sender="ana@cliente.example")
    for words in visible:
        assert words in parsed.visible_text or words in parsed.visible_text.replace("\n", " ")
    for words in folded:
        assert words not in parsed.visible_text
    if subject and subject[0] is not None:
        assert parsed.subject == subject[0]


UNLABELLED = {
    "euc-kr": [
        "주문한 제품이 불량입니다. 환불해 주세요.",
        "안녕하세요",
        "비밀번호를 잊어버렸어요. 어떻게 해야 하나요?",
        "결제가 두 번 되었습니다.",
        "반품 신청합니다",
        "김철수입니다. 견적서 보내주세요.",
    ],
    "big5": [
        "我想退貨，請告訴我該怎麼做。",
        "忘記密碼了，請問怎麼辦？",
        "我被重複扣款兩次",
        "發票抬頭請改成公司名稱",
        "請寄報價單給我，謝謝。",
    ],
    "gb18030": [
        "我想退货，请告诉我该怎么做。",
        "您好",
        "忘记密码了，请问怎么办？",
        "我被重复扣款两次",
        "发票抬头请改成公司名称",
        "请寄报价单给我，谢谢。",
    ],
    "euc-jp": [
        "商品を返品したいのですが、どうすればよいですか。",
        "パスワードを忘れました。",
        "二重に請求されています。",
        "見積書を送ってください。",
        "お世話になっております。田中です。",
    ],
    "shift_jis": [
        "商品を返品したいのですが、どうすればよいですか。",
        "パスワードを忘れました。",
        "二重に請求されています。",
        "お世話になっております。田中です。",
    ],
    "koi8-r": ["Хочу вернуть товар", "Забыл пароль, что делать?"],
    "cp1251": ["Хочу вернуть товар", "Забыл пароль, что делать?", "ЗАКАЗ НЕ ПРИШЕЛ"],
    "cp1252": [
        "Não",
        "É",
        "Ação não concluída à noite",
        "Ça va? Où est ma commande?",
        "Größe äöüß",
        "¿Dónde está mi pedido? ¡Gracias!",
        "—–“”",
    ],
}


@pytest.mark.parametrize(
    ("charset", "text"), [(charset, text) for charset in UNLABELLED for text in UNLABELLED[charset]]
)
@pytest.mark.parametrize("around", ["{}", "Re: {}", "{}\n\n-- \nKim <kim@x.example>"])
def test_text_without_a_label_is_read_in_the_charset_in_which_it_says_something(charset, text, around):
    written = around.format(text)
    assert decode_guessing(written.encode(charset)) == written
