"""A million people with names, numbers and companies as they are in life: rows for ``search``, written by COPY."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _words(
    "Maria José Ana João Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Luís Gabriel Rafael "
    "Daniel Marcelo Bruno Eduardo Felipe Raimundo Rodrigo Manoel Mateus André Fernando Fábio Leonardo "
    "Gustavo Guilherme Leandro Tiago Anderson Ricardo Márcio Jorge Alexandre Roberto Edson Diego Vítor "
    "Sérgio Cláudio Matheus Thiago Geraldo Adriano Luciano Júlio Renato Alex Vinícius Rogério Samuel "
    "Ronaldo Mário Flávio Douglas Igor Davi Manuel Jeferson Cícero Victor Miguel Robson Maurício Danilo "
    "Henrique Caio Reginaldo Joaquim Benedito Gilberto Marco Alan Nelson Cristiano Elias Wilson Valdir "
    "Emerson Luan David Renan Severino Fabrício Mauro Jonas Gilmar Jean Fabiano Wesley Diogo Adilson Jair "
    "Alessandro Everton Osvaldo Gilson Willian Joel Silvio Hélio Maicon Reinaldo Pablo Artur Vagner "
    "Valter Celso Ivan Cleiton Vanderlei Vicente Arthur Milton Domingos Wagner Sandro Moisés Edilson "
    "Ademir Adão Evandro Cesar Valmir Murilo Juliano Edvaldo Ailton Junior Breno Nicolas Ruan Alberto "
    "Rubens Nilton Augusto Cleber Osmar Nilson Hugo Otávio Vinicios Ítalo Wilian Alisson Aparecido "
    "Francisca Antônia Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda Bruna Jéssica "
    "Letícia Júlia Luciana Vanessa Mariana Gabriela Vera Vitória Larissa Cláudia Beatriz Rita Luana Sônia "
    "Renata Eliane Josefa Simone Natália Cristiane Carla Débora Rosângela Jaqueline Rosa Daniela "
    "Aparecida Marlene Terezinha Raimunda Andréia Fabiana Lúcia Raquel Ângela Rafaela Joana Luzia Elaine "
    "Daniele Regina Daiane Alessandra Isabel Irene Ngozi Aoife Bjørn Hiroshi Siobhán Zoë Noor Klara "
)
LAST = _words(
    "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins "
    "Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes "
    "Marques Machado Mendes Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo Pinto Correia "
    "Cavalcante Moraes Castro Campos Azevedo Monteiro Batista Barros Medeiros Duarte Miranda Guimarães "
    "Farias Macedo Xavier Peixoto Rezende Siqueira Bezerra Figueiredo Coelho Nogueira Tavares Pires Cunha "
    "Melo Reis Borges Braga Assis Aguiar Brandão Fonseca Cruz Sales Antunes Bastos Leite Amaral Pacheco "
    "Paiva Queiroz Torres Valente Viana Vasconcelos Zanetti Bragança Albuquerque Prates Aquino "
)
DOMAINS = ("mail.example", "correio.example", "post.example", "uol.example", "live.example")
TAGS = _words("club newsletter family commuter mountain cargo long-distance institution dealer vip ")
SYLLABLES = _words(
    "ba be bi bo bra bre ca ce co cha da de di do dra fa fe fi flo ga go gra gue ha he ja jo ka ki la le "
    "li lo lu ma me mi mo na ne ni no nha pa pe pi po pra ra re ri ro sa se si so ta te ti to tra va ve "
    "vi vo xa za ze zi "
)
ENDINGS = ("", "n", "s", "r", "wski", "sen", "ti", "lli", "ngo", "mann")


def rare(number: int) -> str:
    """One of very many surnames, each of few people."""
    word, rest = "", number * 7919 + 13
    for _ in range(3):
        rest, at = divmod(rest, len(SYLLABLES))
        word += SYLLABLES[at]
    return (word + ENDINGS[number % len(ENDINGS)]).capitalize()


def key_of(number: int) -> str:
    """The key of the person of a number, as UUIDv7 are: in the order in which they were met."""
    return str(UUID(int=(0x018F00000000 + number) << 80 | 0x7 << 76 | 0x8 << 60 | number))


def name_of(dice: random.Random) -> str:
    """First names as common as they are, surnames too; every sixth person has a rare one."""
    first = FIRST[min(int(dice.expovariate(0.02)), len(FIRST) - 1)]
    last = LAST[min(int(dice.expovariate(0.05)), len(LAST) - 1)]
    middle = f" {LAST[dice.randrange(len(LAST))]}" if dice.random() < 0.4 else ""
    if dice.random() < 0.16:
        last = rare(dice.randrange(150_000))
    return f"{first}{middle} {last}"


def fill(cursor: Any, *, people: int, companies: int) -> None:
    """Write them; every index and trigger is kept as it is. Statistics are made, since nothing else makes them here."""
    copies: list[tuple[str, Callable[[], Iterable[str]]]] = [
        (
            "profiles_profile (key, name, language, time_zone, country, place, tags, created_at)",
            lambda: _people(people),
        ),
        (
            "profiles_identity (key, profile_id, kind, scope, address, address_norm, preferred, valid_from)",
            lambda: _identities(people),
        ),
        ("profiles_company (key, name, country, created_at, changed_at)", lambda: _companies(companies)),
        ('profiles_employment (key, profile_id, company_id, position, "primary")', lambda: _work(people, companies)),
    ]
    for table, rows in copies:
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for block in _blocks(rows()):
                copy.write(block)


def _people(people: int) -> Iterator[str]:
    dice = random.Random(11)
    for number in range(people):
        tags = ",".join(sorted(set(dice.choices(TAGS, k=2)))) if dice.random() < 0.3 else ""
        yield f"{key_of(number)}\t{name_of(dice)}\tpt-br\t\tBR\t\t{{{tags}}}\t2026-01-01\n"


def _identities(people: int) -> Iterator[str]:
    from engagement.profiles.wording import plain

    dice, more = random.Random(11), random.Random(12)
    for number in range(people):
        if dice.random() < 0.3:  # the same dice as for the people, so that addresses are of their names
            dice.choices(TAGS, k=2)
        words = plain(name_of(dice)).split()
        for place, (kind, address) in enumerate(_addresses(words, number, more)):
            yield f"{key_of(number * 4 + place + 1)}\t{key_of(number)}\t{kind}\t\t{address}\t{address}\tf\t2026-01-01\n"


def _addresses(words: list[str], number: int, dice: random.Random) -> Iterator[tuple[str, str]]:
    domain = DOMAINS[number % 5] if dice.random() < 0.7 else f"{rare(dice.randrange(90_000)).lower()}.example"
    yield "email", f"{words[0]}.{words[-1]}{number}@{domain}"
    if dice.random() < 0.85:
        area = dice.choice((11, 21, 31, 31, 41, 51, 61, 71, 81))
        yield "phone", f"+55{area}9{dice.randrange(100):02d}{number:06d}"
    if dice.random() < 0.15:
        yield "handle", f"{words[0]}_{words[-1]}{number}"


def company_name(number: int) -> str:
    """The name of a company, once each."""
    kinds = ("Padaria", "Transportes", "Escola", "Comércio", "Clube", "Oficina", "Mercado", "Construtora")
    return f"{kinds[number % 8]} {rare(number)} {number // 8}"


def _companies(companies: int) -> Iterator[str]:
    for number in range(companies):
        yield f"{key_of(number)}\t{company_name(number)}\tBR\t2026-01-01\t2026-01-01\n"


def _work(people: int, companies: int) -> Iterator[str]:
    for number in range(0, people, 5):
        yield f"{key_of(number)}\t{key_of(number)}\t{key_of(number // 5 % companies)}\t\tt\n"


def _blocks(rows: Iterable[str]) -> Iterator[str]:
    block: list[str] = []
    for row in rows:
        block.append(row)
        if len(block) == 5000:
            yield "".join(block)
            block.clear()
    yield "".join(block)
