"""How the phones of one's own network reach this service."""

from fastapi import APIRouter

from vibelux.service.context import Shared
from vibelux.service.failures import documented
from vibelux.service.schemas_health import PhoneOut

router = APIRouter(tags=["health"])


@router.get("/phone", responses=documented())
def phone(shared: Shared) -> PhoneOut:
    """Return the link for phones, also as a picture for their cameras."""
    link, trust = shared.phone_link, shared.trust_link
    if not link:
        return PhoneOut(link=None, picture=None, trust=None)
    import segno  # `vibelux serve --home` has made sure that it is there

    code = segno.make(link, error="m", micro=False)
    return PhoneOut(link=link, picture=code.svg_data_uri(border=2, light="white"), trust=trust)
