"""Make the roles of the village and the departments of the front office, in English and in Portuguese.

Safe to repeat: what stands there already, by its slug or its group's name, keeps what people made of it.
"""

from django.db import migrations

ROLES = [
    ("benefactor", "Benefactor", "Benfeitor"),
    ("architect", "Architect", "Arquiteto"),
    ("master-builder", "Master Builder", "Mestre de Obras"),
    ("builder", "Builder", "Construtor"),
    ("visionary", "Visionary", "Visionário"),
    ("troubadour", "Troubadour", "Trovador"),
    ("counselor", "Counselor", "Orientador"),
    ("merchant", "Merchant", "Clã dos Mercadores"),
    ("shepherd", "Shepherd", "Pastor"),
    ("agent", "Agent", "Agente"),
    ("moderator", "Moderator", "Moderador"),
    ("administrator", "Administrator", "Administrador"),
]

DEPARTMENTS = [
    ("marketing", "Marketing", "Marketing"),
    ("customer-care", "Customer care", "Atendimento ao cliente"),
    ("advertising", "Advertising", "Publicidade"),
    ("e-commerce", "E-commerce", "Comércio eletrônico"),
    ("research-and-analytics", "Research and analytics", "Pesquisa e análise"),
    ("product", "Product", "Produto"),
    ("public-relations", "Public relations", "Relações públicas"),
    ("sales", "Sales", "Vendas"),
    ("human-resources", "Human resources", "Recursos humanos"),
    ("legal", "Legal", "Jurídico"),
    ("finance", "Finance", "Finanças"),
]


def make(apps, schema_editor):
    group_model = apps.get_model("auth", "Group")
    role_model = apps.get_model("village", "Role")
    department_model = apps.get_model("village", "Department")
    for position, (slug, name, name_pt) in enumerate(ROLES, start=1):
        group, _ = group_model.objects.get_or_create(name=name)
        names = {"name": name, "name_pt": name_pt, "position": position, "group": group}
        role_model.objects.get_or_create(slug=slug, defaults=names)
    for slug, name, name_pt in DEPARTMENTS:
        department_model.objects.get_or_create(slug=slug, defaults={"name": name, "name_pt": name_pt})


class Migration(migrations.Migration):
    dependencies = [("village", "0002_append_only_audit"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
