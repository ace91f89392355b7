"""Known vulnerabilities of the installed packages: one fails; a registry that is silent is only named."""

import json
import subprocess
import sys

QUIETLY = ("--progress-spinner", "off", "--timeout", "20")


def main() -> int:
    audit = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip_audit",
            "--local",
            "--format",
            "json",
            "--progress-spinner",
            "off",
            "--timeout",
            "20",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(audit.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (audit.stderr.strip().splitlines() or ["no reason given"])[-1]
        sys.stdout.write(f"pip-audit: not checked, the registry does not answer ({last[:200]})\n")
        return 0
    found = [(package, fault) for package in packages for fault in package.get("vulns", [])]
    for package, fault in found:
        fixed = ", ".join(fault.get("fix_versions", [])) or "no version yet"
        sys.stdout.write(f"{package['name']} {package['version']}: {fault['id']}, fixed in {fixed}\n")
    sys.stdout.write(f"pip-audit: {len(packages)} packages, {len(found)} known vulnerabilities\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
