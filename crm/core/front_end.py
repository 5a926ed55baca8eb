"""Front-end files as the pages load them: `python -m crm.core.front_end NODE_MODULES VENDOR`.

Each file carries part of its digest in its name, so browsers may keep it for ever; `manifest.json` tells the name. The
icons listed in static/icons.txt become one sprite.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree

ICONS = Path(__file__).resolve().parents[2] / "static" / "icons.txt"
COPIED = {
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
}
SVG = "http://www.w3.org/2000/svg"
SOURCE_MAP = re.compile(rb"\s*/[/*]# sourceMappingURL=\S+(\s*\*/)?\s*$")
STROKE = {
    "viewBox": "0 0 24 24",
    "fill": "none",
    "stroke": "currentColor",
    "stroke-width": "2",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
}


def write(node_modules: Path, vendor: Path) -> dict[str, str]:
    """Fill `vendor` anew; returns the manifest {logical name: name on disk}."""
    contents = {name: plain((node_modules / source).read_bytes()) for name, source in COPIED.items()}
    contents["icons.svg"] = sprite(node_modules / "lucide-static" / "icons", icon_names(ICONS))
    manifest = {name: hashed(name, content) for name, content in contents.items()}
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    for name, content in contents.items():
        (vendor / manifest[name]).write_bytes(content)
    (vendor / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return manifest


def plain(content: bytes) -> bytes:
    """Without the pointer to a source map, which is not served."""
    return SOURCE_MAP.sub(b"\n", content)


def hashed(name: str, content: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}.{ending}"


def icon_names(listed: Path) -> list[str]:
    return sorted(set(listed.read_text(encoding="utf-8").split()))


def sprite(folder: Path, names: list[str]) -> bytes:
    """One <symbol id=name> per icon, drawn in the colour of the text around it."""
    if unknown := [name for name in names if not (folder / f"{name}.svg").is_file()]:
        raise SystemExit(f"static/icons.txt: 没有这些图标 / no such icons in lucide: {', '.join(unknown)}")
    ElementTree.register_namespace("", SVG)
    whole = ElementTree.Element(f"{{{SVG}}}svg")
    for name in names:
        drawing = ElementTree.parse(folder / f"{name}.svg").getroot()
        symbol = ElementTree.SubElement(whole, f"{{{SVG}}}symbol", {"id": name, **STROKE})
        for shape in drawing:
            shape.tail = None
            symbol.append(shape)
    return ElementTree.tostring(whole, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
