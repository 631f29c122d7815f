"""TimeOverflow's zip: members with balances in seconds, transfers, offers and inquiries."""

import re

from ..source import BANK, Member, Movement, Party, Post, Source, Table, named, one_line

#: What stands for somebody whose account is no longer active or gone, in the language of the interface.
GONE = re.compile(
    r"^(el usuario (no está activo|ya no existe)|l'usuari (no està actiu|ja no existeix)"
    r"|the user (isn't|is not) active|(the )?user no longer exists|the user (doesn't|does not) exist anymore"
    r"|o usuário (não está ativo|não existe mais|já não existe)"
    r"|l'utilisateur n'(est pas actif|existe plus))\.?$",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"(?P<name>.*)\((?P<number>\d+)\)", re.DOTALL)


def read_party(text, look):
    """
    >>> from ..source import Look
    >>> read_party("Ana (Nan) (1)", Look([], "Banc")), read_party("El usuario ya no existe", Look([])).kind
    (Party(id='1', name='Ana (Nan)', email='', kind='person'), 'gone')
    """
    if match := NUMBERED.fullmatch(text):
        return Party(id=match["number"], name=one_line(match["name"]))
    if not text:
        return Party(kind="nobody")
    if GONE.match(text) or len(look.words.get("bare", {text})) > 1 and text != look.bank:
        return Party(name=text, kind="gone")
    return BANK._replace(name=text)


def prepare(look):
    """The bank goes by its bare name: whichever name without a number isn't a sentence."""
    look.words["bare"] = {
        record[side]
        for found in look.founds
        if found.table.name == "transfers"
        for record in found.records
        for side in ("payer", "payee")
        if record[side] and not NUMBERED.fullmatch(record[side]) and not GONE.match(record[side])
    }


def read_member(cells, look):
    note = one_line(cells.get("phone2", ""))
    yield Member(
        id=cells["id"],
        name=named(cells, "name"),
        email=cells.get("email", ""),
        phone=cells.get("phone", ""),
        joined=cells.get("joined", ""),
        balance=cells["balance"],
        note=note,
    )


def read_transfer(cells, look):
    payer, payee = read_party(cells["payer"], look), read_party(cells["payee"], look)
    is_opening = payee.kind == "bank" or payer.kind == "bank" and not cells["text"]
    yield Movement(
        day=cells["day"],
        payer=payer,
        payee=payee,
        time=cells["time"],
        kind="opening" if is_opening else "hours",
        text=cells["text"],
    )


def read_post(kind):
    def read(cells, look):
        number = cells["_cells"][0]
        if not number:
            look.words["category"] = "" if cells["title"] == "-" else cells["title"]
            yield Post(title=cells["title"], skipped="heading")
            return
        tags = [tag.strip() for tag in cells["tags"].split(",")]
        yield Post(
            id=number,
            kind=kind,
            party=read_party(cells["owner"], look),
            title=one_line(cells["title"]),
            skills=tuple(filter(None, [look.words.get("category", ""), *tags])),
        )

    return read


#: What its own import reads, from older programs: no heading row, seconds.
def find_users_in(rows):
    row = rows[0]
    if (
        len(row) == 10
        and row[0].isdigit()
        and re.fullmatch(r"(\d{4}-\d{2}-\d{2})?", row[1])
        and "@" in row[9]
    ):
        return -1, {"id": 0, "joined": 1, "first": 2, "last": 3, "last2": 4, "phone": 7, "email": 9}
    return None


def find_transfers_in(rows):
    row = rows[0]
    if len(row) >= 7 and {row[1].lower(), row[3].lower()} <= {"member", "organization"} and row[4].isdigit():
        return -1, {"payer": 0, "payer_kind": 1, "payee": 2, "payee_kind": 3, "time": 4, "day": 5, "text": 6}
    return None


def read_user_in(cells, look):
    yield Member(
        id=cells["id"],
        name=named(cells, "first", "last", "last2"),
        email=cells["email"],
        phone=cells["phone"],
        joined=cells["joined"],
    )


def read_transfer_in(cells, look):
    payer, payee = (
        BANK if cells[f"{side}_kind"].lower() == "organization" else Party(id=cells[side])
        for side in ("payer", "payee")
    )
    yield Movement(
        day=cells["day"],
        payer=payer,
        payee=payee,
        time=cells["time"],
        kind="opening" if "bank" in (payer.kind, payee.kind) else "hours",
        text=cells["text"],
    )


OWNER = (
    "User",
    "Usuario",
    "Usuari",
    "Erabiltzailea",
    "Utilisateur",
    "Usuario/a",
    "ユーザー",
    "Gebruiker",
    "Usuário",
)
TAGS = ("Tags", "Etiquetas", "Etiquetes", "Etiketak", "Étiquettes", "タグ", "Labels")
CREATED = ("Created", "Creado", "Creat", "Sortua", "Créé", "作成日", "Aangemaakt", "Criado")

SOURCE = Source(
    name="timeoverflow",
    title="TimeOverflow",
    prepare=prepare,
    tables=(
        Table(
            "members",
            {
                "id": ("N",),
                "name": ("Name", "Nombre", "Nom", "Izena", "Nome", "名前", "Naam"),
                "email": ("Email", "Correo", "Correu", "Eposta", "Adresse email", "Mail", "E-mail"),
                "phone": (
                    "Phone",
                    "Teléfono",
                    "Telèfon",
                    "Telefonoa",
                    "Téléphone",
                    "電話",
                    "Telefoon",
                    "Telefone",
                ),
                "phone2": (
                    "Alternative Phone",
                    "Teléfono alternativo",
                    "Telèfon alternatiu",
                    "Téléphone alternatif",
                ),
                "joined": CREATED,
                "balance": ("Balance", "Balanç", "Balantzea", "Solde", "残高", "Balans", "Balanço"),
                "language": ("Locale",),
            },
            ("id", "name", "balance", "language"),
            read_member,
            unit="seconds",
            utc=True,
        ),
        Table(
            "transfers",
            {
                "day": ("Date", "Fecha", "Data", "日付", "Datum"),
                "payer": ("From", "Origen", "Jatorria", "Depuis", "De", "から", "Van", "Origem"),
                "payee": ("To", "Destino", "Destí", "Helmuga, erabilera", "Vers", "Para", "へ", "Naar"),
                "text": (
                    "Post",
                    "Anuncio",
                    "Anunci",
                    "Iragarkia",
                    "Annonce",
                    "Publicar",
                    "投稿",
                    "Bericht",
                    "Anúncio",
                ),
                "time": (
                    "Quantity",
                    "Cantidad",
                    "Quantitat",
                    "Kantitatea",
                    "Quantité",
                    "Cantidade",
                    "数量",
                    "Aantal",
                    "Quantidade",
                ),
            },
            ("day", "payer", "payee", "text", "time"),
            read_transfer,
            utc=True,
            is_html=True,
        ),
        Table(
            "offers",
            {
                "title": ("Offer", "Oferta", "Offre", "Eskaintza", "Aanbod"),
                "tags": TAGS,
                "owner": OWNER,
                "posted": CREATED,
            },
            ("title", "tags", "owner"),
            read_post("offer"),
        ),
        Table(
            "inquiries",
            {
                "title": ("Request", "Inquiry", "Demanda", "Demande", "Eskaera", "Vraag", "Pedido"),
                "tags": TAGS,
                "owner": OWNER,
                "posted": CREATED,
            },
            ("title", "tags", "owner"),
            read_post("request"),
        ),
        Table("users_in", {}, (), read_user_in, unit="seconds", find=find_users_in),
        Table("transfers_in", {}, (), read_transfer_in, unit="seconds", find=find_transfers_in),
    ),
)
