"""What Terraform writes of imported resources and does not accept itself: `-generate-config-out` writes every argument of the
schema, those that exclude each other included. Each line is a pattern that is cut from resources of a type, and why."""

import re

NULL = r'(null|""|0|false|\[\])'


def line(argument, value=NULL):
    return rf"^ *{argument} += {value}\n"


def block(name):
    return rf"^( *){name} {{\n(?:\1 .*\n)*\1}}\n"


CUTS = [
    ("aws_subnet", line("availability_zone_id", ".*"), "excludes availability_zone"),
    ("aws_subnet", line("enable_lni_at_device_index"), "of Outposts; 0 stands for none and is refused"),
    ("aws_subnet", line("map_customer_owned_ip_on_launch"), "of Outposts; wants its companions"),
    ("aws_vpc", line("ipv6_netmask_length"), "of IPAM; wants its companions"),
    ("aws_nat_gateway", line("secondary_private_ip_address_count"), "excludes secondary_private_ip_addresses"),
    ("aws_nat_gateway", line("secondary_private_ip_addresses"), "excludes secondary_private_ip_address_count"),
    ("aws_lb", block("subnet_mapping"), "excludes subnets"),
    ("aws_lb_listener", line(r"order"), "0 stands for none and is refused"),
    ("aws_lb_target_group", block("target_failover"), "of gateway load balancers"),
    ("aws_api_gateway_rest_api", line("vpc_endpoint_ids"), "an empty list is refused"),
    ("aws_instance", line("user_data", ".*"), "the provider keeps a hash of it, and Terraform writes the hash"),
    ("aws_instance", line("(ipv6_address_count|ipv6_addresses|placement_partition_number)"), "exclude each other"),
]
# Members of lists of objects cannot be left out.
EMPTY = [
    (
        "aws_instance",
        r"^  user_data_replace_on_change +=.*$",
        "  lifecycle {\n    ignore_changes = [user_data, user_data_replace_on_change]\n  }",
        "the provider keeps a hash of user data, and a setting of its own that no import fills in",
    ),
    ("aws_route_table", r'= ""$', "= null", "an empty text is no CIDR"),
    (
        "aws_mwaa_environment",
        r"^  airflow_configuration_options +=.*$",
        '  airflow_configuration_options = { "core.load_examples" = "false" }',
        "options are secrets to the provider, and Terraform writes no secrets: what the manifest says",
    ),
]


def tidy(text):
    """`text` in a form that Terraform accepts, and how often each rule was needed."""
    needed = {}
    resources = re.split(r"(?m)^(?=resource \")", text)
    for index, resource in enumerate(resources):
        kind = resource.split('"')[1] if resource.startswith("resource") else None
        rules = [(of, pattern, "", why) for of, pattern, why in CUTS] + EMPTY
        for of, pattern, new, why in [rule for rule in rules if rule[0] == kind]:
            resource, count = re.subn(pattern, new, resource, flags=re.M)
            needed[of, why] = needed.get((of, why), 0) + count
        resources[index] = resource
    return "".join(resources), needed
