"""Files of people are for their owner only: attachments, disclosures, imports and logs, old ones too."""

import os
import stat
from pathlib import Path

PRIVATE_FOLDERS = ("media", "log", "run", "private", "test-media")
OTHERS = stat.S_IRWXG | stat.S_IRWXO
_PASSING = stat.S_IXGRP | stat.S_IXOTH


def make_private(var: Path) -> int:
    """Take every right of other accounts from what is kept for people below ``var``; return how many were changed.

    The folders of the embedded servers are theirs: for root they run under an account of their own, which has to pass
    through ``var``, and they set their rights themselves. Links are left alone.
    """
    changed = int(_close(var, OTHERS & ~_PASSING if os.geteuid() == 0 else OTHERS))
    for name in PRIVATE_FOLDERS:
        folder = var / name
        if folder.is_symlink() or not folder.is_dir():
            continue
        changed += _close(folder)
        for place, folders, files in os.walk(folder):
            changed += sum(_close(Path(place, entry)) for entry in [*folders, *files])
    changed += sum(_close(path) for path in var.iterdir() if path.is_file())
    return changed


def _close(path: Path, rights: int = OTHERS) -> bool:
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) or stat.S_ISSOCK(mode) or not mode & rights:
            return False
        path.chmod(stat.S_IMODE(mode) & ~rights)
    except OSError:  # somebody else's, or gone meanwhile
        return False
    return True
