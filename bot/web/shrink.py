"""A strange image as a picture of our own: small, in one format, and no more than is seen.

As ``python -m bot.web.shrink`` it makes one picture, within limits that the system holds it to.
"""

import sys
from contextlib import suppress
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

CPU_SECONDS = 10
"""Processor time for one image. 40 megapixels took 1.4 s at most, in nine kinds of files."""

MAX_MEMORY = 768 * 1024 * 1024
"""Bytes of data of the process. With 40 megapixels in an animated WebP it takes 632 MB in all."""

_SIDE = 4  # bytes of a width or height in what the process writes
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

    def to_bytes(self) -> bytes:
        """As the process writes it."""
        return self.width.to_bytes(_SIDE) + self.height.to_bytes(_SIDE) + self.content

    @classmethod
    def from_bytes(cls, data: bytes) -> "Shrunk | None":
        """What ``to_bytes`` gave; None for anything that is no picture of ours."""
        width, height = int.from_bytes(data[:_SIDE]), int.from_bytes(data[_SIDE : 2 * _SIDE])
        content = data[2 * _SIDE :]
        is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
        fits = 0 < width <= WIDTH and 0 < height <= HEIGHT
        return cls(content, width, height) if is_webp and fits else None


def shrunk(data: bytes) -> Shrunk | None:
    """The image, made small; None for what can't be read, is too large, or too small to be one.

    The size is looked at before anything is decoded, so that few bytes can't fill the memory.
    """
    from PIL import Image  # noqa: PLC0415 - Pillow is only loaded to make pictures

    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if min(image.size) < MIN_SIDE or image.width * image.height > MAX_PIXELS:
                return None
            return _written(_flat(_small(_scalable(image))))
    except Exception:  # noqa: BLE001 - of broken data Pillow's readers raise nearly everything
        return None


def _scalable(image: "Image") -> "Image":
    """In colours between which there are others; a palette has none."""
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda grey: grey / 256).convert("L")
    if image.mode in {"1", "P"}:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


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
    # Colour profile, comments, EXIF say where and by whom a photo was taken; lest they be written.
    image.info = {}
    out = BytesIO()
    image.save(out, "WEBP", quality=_QUALITY)
    return Shrunk(out.getvalue(), image.width, image.height)


def main() -> None:
    """Read an image, write the picture; nothing where there is none."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if picture := shrunk(sys.stdin.buffer.read()):
        sys.stdout.buffer.write(picture.to_bytes())


if __name__ == "__main__":
    main()
