"""Who the declaration names, beside who the order names: two statements about the same roles, which may differ."""

from dataclasses import dataclass

from risk.nouns.header import Header
from risk.nouns.parties import Party, Role
from risk.party_names import same_company

NOT_A_CODE = frozenset({"", "NO"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredParty:
    """A party of the declaration's header. `field` is the text key of its place there."""

    field: str
    role: Role | None
    name: str
    uscc: str
    codes: tuple[str, ...]

    @property
    def shown(self) -> str:
        return " · ".join(part for part in (self.name, self.uscc, *self.codes) if part)

    def differs_from(self, party: Party) -> bool:
        """By code when both have one, else by name; a statement that is not made differs from nothing."""
        declared, named = self.uscc.strip().upper(), party.uscc.strip().upper()
        if declared not in NOT_A_CODE and named:
            return declared != named
        names = [name for name in (party.name, party.name_en) if name.strip()]
        return bool(self.name.strip() and names) and not any(same_company(self.name, name) for name in names)


def declared_parties(header: Header) -> tuple[DeclaredParty, ...]:
    """The domestic party, producer, declarant and overseas party, those that are filled in."""
    export = header.direction != "I"
    overseas = (
        (header.overseas_consignee_name, header.overseas_consignee_code)
        if export
        else (header.overseas_consignor_name, header.overseas_consignor_code)
    )
    found = (
        DeclaredParty(
            field="field.domestic_party",
            role=Role.CONSIGNOR,
            name=header.domestic_party_name,
            uscc=header.domestic_party_uscc,
            codes=(header.domestic_party_customs_code,),
        ),
        DeclaredParty(
            field="field.producer",
            role=Role.PRODUCER,
            name=header.producer_name,
            uscc=header.producer_uscc,
            codes=(header.producer_customs_code,),
        ),
        DeclaredParty(
            field="field.declarant",
            role=Role.DECLARANT,
            name=header.declarant_name,
            uscc=header.declarant_uscc,
            codes=(header.declarant_customs_code,),
        ),
        DeclaredParty(
            field="field.overseas_party",
            role=Role.CONSIGNEE if export else None,
            name=overseas[0] or header.overseas_party_name_zh,
            uscc="",
            codes=(overseas[1],),
        ),
    )
    return tuple(party for party in found if party.shown)
