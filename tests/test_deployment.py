"""What is shipped for operators fits the code: names, ports, variables, metrics."""

import json
import re
from pathlib import Path

import pytest
import yaml

from engagement.config.processes import processes
from tests.environment_variables import variables

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
# Read by the images of other programs in the compose file.
OTHERS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "DATABASE_PASSWORD"}


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_every_variable_that_the_code_reads_is_documented_with_its_default():
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (.*?) \| (.+) \|$", text("docs/environment.md"), flags=re.MULTILINE)
    documented = {name: default.strip("` ") for name, default, _meaning in rows}
    assert len(documented) == len(rows), "a variable stands there twice"
    read = variables()
    assert set(documented) == set(read)
    wrong = {name: value for name, value in read.items() if documented[name].lower() != value.lower()}
    assert wrong == {}


def assigned(source: str) -> set[str]:
    return set(re.findall(r"^([A-Z][A-Z0-9_]+)=", source, flags=re.MULTILINE))


def test_example_files_name_only_variables_that_are_read():
    known = set(variables()) | OTHERS
    assert assigned(text("deploy/environment.example")) <= known
    compose = yaml.safe_load(text("deploy/docker/compose.yml"))
    for service in compose["services"].values():
        assert set(service.get("environment", {})) <= known
    for document in yaml.safe_load_all(text("deploy/kubernetes/vilarejo.yaml")):
        if document["kind"] == "ConfigMap":
            assert set(document["data"]) <= known


def test_each_process_has_a_unit_a_service_and_a_deployment():
    names = set(processes())
    units = {path.stem.removeprefix("vilarejo-") for path in (DEPLOY / "systemd").glob("*.service")}
    assert units == names
    for name in names:
        assert f"manage.py start {name}\n" in text(f"deploy/systemd/vilarejo-{name}.service")
        assert f"vilarejo-{name}.service" in text("deploy/systemd/vilarejo.target")
    compose = yaml.safe_load(text("deploy/docker/compose.yml"))["services"]
    assert {name for name in names if compose[name]["command"] == ["manage.py", "start", name]} == names
    deployments = {
        document["metadata"]["name"]: document["spec"]["template"]["spec"]["containers"][0]["args"]
        for document in yaml.safe_load_all(text("deploy/kubernetes/vilarejo.yaml"))
        if document["kind"] == "Deployment"
    }
    assert deployments == {name: ["manage.py", "start", name] for name in names}


def test_kubernetes_services_point_at_ports_that_exist():
    documents = list(yaml.safe_load_all(text("deploy/kubernetes/vilarejo.yaml")))
    ports = {
        document["metadata"]["name"]: {
            port["name"] for port in document["spec"]["template"]["spec"]["containers"][0].get("ports", [])
        }
        for document in documents
        if document["kind"] == "Deployment"
    }
    services = [document for document in documents if document["kind"] == "Service"]
    assert {service["metadata"]["name"] for service in services} == {"web", "live", "smtp"}
    for service in services:
        assert service["spec"]["ports"][0]["targetPort"] in ports[service["spec"]["selector"]["process"]]


@pytest.mark.django_db
def test_alerts_and_dashboard_use_figures_that_exist(client, settings):
    settings.METRICS_TOKEN = "a token of the tests"
    answer = client.get("/metrics", headers={"authorization": "Bearer a token of the tests"}).content.decode()
    exported = set(re.findall(r"^# TYPE (\w+)", answer, flags=re.MULTILINE))
    rules = yaml.safe_load(text("deploy/prometheus/vilarejo.rules.yml"))
    alerts = " ".join(rule["expr"] for group in rules["groups"] for rule in group["rules"])
    dashboard = json.loads(text("deploy/grafana/vilarejo.json"))
    queries = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    used = set(re.findall(r"vilarejo_\w+", alerts + queries))
    assert used <= exported
    assert exported <= set(re.findall(r"vilarejo_\w+", alerts + queries + text("docs/monitoring.md")))
    assert {name for name in exported if name not in text("docs/monitoring.md")} == set()


OPERATION = (
    "running environment install-one-host several-hosts behind-a-proxy dns-and-deliverability pgbouncer"
    " redis-and-rabbitmq upgrade key-rotation monitoring sizing troubleshooting"
)


def test_the_pages_of_operation_are_in_the_index_and_every_link_leads_somewhere():
    index = text("docs/README.md")
    assert [name for name in OPERATION.split() if f"({name}.md)" not in index] == []
    broken = [
        (page.name, target)
        for page in sorted((ROOT / "docs").glob("*.md"))
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_alerts_lead_to_headings_of_the_troubleshooting_page():
    headings = set(re.findall(r"^## (.+)$", text("docs/troubleshooting.md"), flags=re.MULTILINE))
    rules = yaml.safe_load(text("deploy/prometheus/vilarejo.rules.yml"))
    for rule in rules["groups"][0]["rules"]:
        page, _, heading = rule["annotations"]["action"].partition(", ")
        if page == "docs/troubleshooting.md" and heading:
            assert heading in headings


def test_the_proxies_pass_on_what_the_settings_rely_on():
    nginx = text("deploy/nginx/vilarejo.conf")
    for block in re.findall(r"location [^{]+\{([^}]*)\}", nginx):
        assert "proxy_set_header X-Forwarded-For $remote_addr;" in block
        assert "proxy_set_header X-Forwarded-Proto $scheme;" in block
        assert "proxy_set_header Host $host;" in block
    assert 'proxy_set_header Connection "upgrade";' in nginx
    assert int(re.search(r"client_max_body_size (\d+)m", nginx)[1]) > int(variables()["IMPORT_MOST_MB"])


def test_caddy_decides_every_request_in_a_handle_block():
    """Caddy asks ``handle`` before a bare ``respond``, so one beside the blocks would never hide the figures."""
    caddy = text("deploy/caddy/Caddyfile")
    assert "\thandle @figures {\n\t\trespond 404\n\t}" in caddy
    assert not re.search(r"^\t(respond|error|reverse_proxy)", caddy, re.MULTILINE)
