"""Pedralva's lists: the newsletter's that came in, with the rows that it refused, and a fair's that was only tried."""

import io
import time
from datetime import datetime, timedelta

from engagement.events.relay import run_pending
from engagement.profiles.importing import actions, work
from engagement.profiles.importing.mapping import Mapping
from engagement.profiles.models import PeopleImport
from engagement.village.models import User

NEWSLETTER = """Nome;E-mail;Celular;Cidade;Aceita e-mail;Data do consentimento
Alba Siqueira;alba.siqueira@tmail.example;(31) 98802-1001;Mariana;sim;14/03/2026
Breno Falcão;Breno.Falcao@tmail.example;(31) 98802-1002;Ouro Preto;sim;14/03/2026
Cecília Mourão;cecilia.mourao@tmail.example;;Itabirito;sim;02/04/2026
Donato Pires;donato@pires.example;(21) 98802-1004;Petrópolis;não;
Eunice Tavares;eunice.tavares@tmail.example;(31) 98802-1005;Congonhas;sim;20/05/2026
Clarice Dumont;clarice.dumont@tmail.example;;Niterói;sim;20/05/2026
Fausto Quintela;fausto.quintela@tmail,example;(32) 98802-1006;Tiradentes;sim;20/05/2026
Glaura Reis;glaura.reis@tmail.example;12;São João del-Rei;sim;31/12/2099
Hélio Prata;;(31) 98802-1008;Sabará;sim;02/06/2026
Ilma Couto;ilma.couto@tmail.example;(31) 98802-1009;Caeté;sim;02/06/2026
Alba S.;alba.siqueira@tmail.example;;;sim;02/06/2026
Vale das Pedras;juridico@vale-das-pedras.example;;Nova Lima;sim;02/06/2026
Jorge; Nonato;jorge.nonato@tmail.example;;Barbacena;sim;02/06/2026
Bento Carvalhais;bento@carvalhais.example;;Ouro Preto;;
Lia Vidigal;lia.vidigal@tmail.example;(31) 98802-1013;Diamantina;sim;11/07/2026
"""
FAIR = """Nome,E-mail,Celular,Interesse
Magno Uchoa,magno.uchoa@tmail.example,+5531988021021,passeio
Nair Zagalo,nair.zagalo@tmail.example,+5531988021022,montanha
Olavo Bastos,olavo.bastos@tmail.example,,carga
Glória Horta,gloria.horta@tmail.example,+5565988010107,família
Petra Lins,petra.lins@,+5531988021024,passeio
"""
EVIDENCE = "Formulário da loja: “Quero receber por e-mail as notícias da oficina.”"


def load(*, now: datetime) -> None:
    """Bring in the newsletter's list, and try the fair's. Call inside the transaction of the whole load."""
    actor = User.objects.filter(groups__role__slug="visionary").order_by("key").first()
    if actor is None:
        raise LookupError("nobody in the demo is a Visionary")
    columns = ("name", "identity:email", "identity:phone", "place", "consent:email", "consent_at")
    held = _tried(
        NEWSLETTER,
        "newsletter-oficina.csv",
        Mapping(columns=columns, decides=("email",), tags=("newsletter",), evidence=EVIDENCE),
        actor,
        now - timedelta(days=3),
        remember_as="Newsletter da oficina",
    )
    actions.start(import_id=held.pk, actor=actor, now=now - timedelta(days=3))
    _work(held)
    fair = Mapping(
        columns=("name", "identity:email", "identity:phone", "tags"), decides=("email",), tags=("feira 2026",)
    )
    _tried(FAIR, "feira-da-bicicleta.csv", fair, actor, now - timedelta(hours=2))
    run_pending(now=now)


def _tried(text: str, name: str, mapping: Mapping, actor: User, now: datetime, remember_as: str = "") -> PeopleImport:
    content = text.encode()
    held = actions.take_file(file=io.BytesIO(content), filename=name, size=len(content), actor=actor, now=now)
    actions.map_columns(import_id=held.pk, mapping=mapping, actor=actor, now=now, remember_as=remember_as)
    _work(held)
    return held


def _work(held: PeopleImport) -> None:
    while work.advance(import_id=held.pk, end=time.monotonic() + 60):
        continue
