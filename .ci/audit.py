"""Known vulnerabilities of the installed packages. One fails, and so does a package that could not be checked.

Only a network that is known to be closed may say so beforehand (``AUDIT_NETWORK=closed``): the answer is then "NOT
CHECKED", in so many words and with how many, and nobody takes it for "none". A first question to the advisory service
tells whether it is there at all; ``.ci/run`` sets the variable where it is not.
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from importlib.metadata import version

# Where pip-audit asks for each package; a mirror of packages may have no such page.
SERVICE = "https://pypi.org/pypi/django/{version}/json"
COMMAND = ("-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off", "--timeout", "20")


def main() -> int:
    """Return 0 when everything was checked and is well, or when nothing can be checked here and that was said."""
    audit = subprocess.run([sys.executable, *COMMAND], capture_output=True, text=True, check=False)  # noqa: S603
    try:
        packages = json.loads(audit.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (audit.stderr.strip().splitlines() or ["no reason given"])[-1]
        return not_checked(f"pip-audit did not answer: {last[:200]}")
    return judge(packages)


def judge(packages: list[dict[str, object]]) -> int:
    """Print what was found, and return the exit code."""
    found = [(package, fault) for package in packages for fault in package.get("vulns", [])]  # type: ignore[attr-defined]
    skipped = [package for package in packages if package.get("skip_reason")]
    for package, fault in found:
        fixed = ", ".join(fault.get("fix_versions", [])) or "no version yet"
        sys.stdout.write(f"{package['name']} {package['version']}: {fault['id']}, fixed in {fixed}\n")
    checked = len(packages) - len(skipped)
    sys.stdout.write(f"pip-audit: {checked} of {len(packages)} packages checked, {len(found)} known vulnerabilities\n")
    if found:
        return 1
    if skipped or not packages:
        names = ", ".join(str(package["name"]) for package in skipped[:5])
        reason = skipped[0]["skip_reason"] if skipped else "none is installed"
        return not_checked(f"{len(skipped)} packages were skipped ({names} …): {reason}")
    return 0


def not_checked(reason: str) -> int:
    """Say it, red unless this network was said to be closed and really is."""
    sys.stdout.write(f"pip-audit: NOT CHECKED. {reason}\n")
    if os.environ.get("AUDIT_NETWORK") != "closed":
        sys.stdout.write("Run it where the advisory service answers, or set AUDIT_NETWORK=closed where none can.\n")
        return 1
    if service_answers():
        sys.stdout.write("AUDIT_NETWORK=closed, but the advisory service answers: this is a failure of the check.\n")
        return 1
    sys.stdout.write("AUDIT_NETWORK=closed: to be checked elsewhere before a release.\n")
    return 0


def service_answers() -> bool:
    """Say whether the service gives advisories: a mirror of packages may answer without them."""
    try:
        address = SERVICE.format(version=version("django"))
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - a constant with https
            return "vulnerabilities" in json.load(answer)
    except (OSError, ValueError, urllib.error.URLError):
        return False


if __name__ == "__main__":
    sys.exit(main())
