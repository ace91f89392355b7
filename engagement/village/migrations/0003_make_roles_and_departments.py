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
    group_model.objects.bulk_create([group_model(name=name) for _, name, _ in ROLES], ignore_conflicts=True)
    groups = {group.name: group for group in group_model.objects.filter(name__in=[name for _, name, _ in ROLES])}
    roles = [
        role_model(slug=slug, name=name, name_pt=name_pt, position=position, group=groups[name])
        for position, (slug, name, name_pt) in enumerate(ROLES, start=1)
    ]
    role_model.objects.bulk_create(roles, ignore_conflicts=True)
    departments = [department_model(slug=slug, name=name, name_pt=name_pt) for slug, name, name_pt in DEPARTMENTS]
    department_model.objects.bulk_create(departments, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("village", "0002_append_only_audit"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
