"""Office documents into PDF by LibreOffice without a screen, in a fence, each with a profile of its own."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from musubu.engines.office import fence
from musubu.engines.office.problems import Unusable

EXTENSIONS = frozenset(
    {"docx", "doc", "docm", "odt", "rtf", "txt", "xlsx", "xls", "xlsm", "ods", "csv", "pptx", "ppt", "pptm", "odp", "ppsx"}
)  # fmt: skip
LIMITS = fence.Limits(seconds=120)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# what a document may not do, also where there is no fence: load what it links to, run macros, look for updates
PROFILE = (
    ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "2"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "2"),
    ("/org.openoffice.Setup/Office", "ooSetupInstCompleted", "true"),
)


def to_pdf(source: Path, extension: str, target: Path) -> None:
    """Write the document as PDF. Raises Unusable with why."""
    _refuse_locked(source)
    with tempfile.TemporaryDirectory(prefix="office-") as name:
        folder = Path(name)
        shutil.copyfile(source, folder / f"document.{extension}")
        _write_profile(folder / "profile" / "user")
        command = [
            "soffice", "-env:UserInstallation=file://{work}/profile", "--headless", "--invisible", "--norestore",
            "--nolockcheck", "--nodefault", "--convert-to", "pdf", "--outdir", "{work}/out",
            f"{{work}}/document.{extension}",
        ]  # fmt: skip
        try:
            fence.run(command, folder, LIMITS)
        except fence.OutOfTime as error:
            raise Unusable("slow") from error
        made = folder / "out" / "document.pdf"
        if not made.exists() or not made.stat().st_size:
            raise Unusable("unreadable")
        shutil.move(made, target)


def _write_profile(folder: Path) -> None:
    folder.mkdir(parents=True)
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{escape(value)}</value></prop></item>'
        for path, name, value in PROFILE
    )
    (folder / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>"
    )


def _refuse_locked(source: Path) -> None:
    """A document that asks for a password would only be waited for."""
    with source.open("rb") as file:
        head = file.read(8)
        if head == OLE and "EncryptedPackage".encode("utf-16-le") in file.read(4 * 1024 * 1024):
            raise Unusable("locked")
    if head[:2] == b"PK":
        try:
            with zipfile.ZipFile(source) as parts:
                manifest = parts.open("META-INF/manifest.xml").read(1024 * 1024)
        except (KeyError, zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
            return
        if b"encryption-data" in manifest:
            raise Unusable("locked")
