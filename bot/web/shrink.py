"""A strange image as a picture of our own: small, in one format, and no more than is seen."""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
"""All that is read; of what moves the first frame. SVG is no image here, but a document."""

MAX_PIXELS = 40_000_000
"""What is larger is not decoded: it would take more than 4 bytes a pixel."""

MIN_SIDE = 32
"""Pixels. What is smaller is a badge, a bullet or a counter, not a picture of the item."""

WIDTH, HEIGHT = 960, 3840
"""Pixels of the picture at most."""

_QUALITY = 80
_ORIENTATION = 0x0112
_TURNED = frozenset({5, 6, 7, 8})
"""The values of the EXIF tag Orientation by which width and height change places."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A picture as WebP, with its size in pixels."""

    content: bytes
    width: int
    height: int


def shrunk(data: bytes) -> Shrunk | None:
    """The image, made small; None for what can't be read, is too large, or too small to be one.

    The size is looked at before anything is decoded, so that few bytes can't fill the memory.
    """
    from PIL import Image  # noqa: PLC0415 - Pillow is only loaded to make pictures

    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if min(image.size) < MIN_SIDE or image.width * image.height > MAX_PIXELS:
                return None
            return _written(_flat(_small(image)))
    except Exception:  # noqa: BLE001 - of broken data Pillow's readers raise nearly everything
        return None


def _small(image: "Image") -> "Image":
    """No larger than allowed, and upright."""
    from PIL import ImageOps  # noqa: PLC0415 - see above

    turned = image.getexif().get(_ORIENTATION) in _TURNED
    image.thumbnail((HEIGHT, WIDTH) if turned else (WIDTH, HEIGHT))
    return ImageOps.exif_transpose(image)


def _flat(image: "Image") -> "Image":
    """On white: dark lines on nothing could not be seen on a dark page."""
    from PIL import Image  # noqa: PLC0415 - see above

    if not image.has_transparency_data:
        return image.convert("RGB")
    above = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", above.size, "white"), above).convert("RGB")


def _written(image: "Image") -> Shrunk:
    image.info = {}  # colour profile, comments, EXIF: where and by whom a photo was taken
    out = BytesIO()
    image.save(out, "WEBP", quality=_QUALITY)
    return Shrunk(out.getvalue(), image.width, image.height)
