//! What associations join, whatever they are of.

use super::Instance;
use crate::account::Account;

/// The types and ids of what the association `id` joins, as ARNs name them; nothing when there is none of this id.
pub fn associated(account: &Account, id: &str) -> Vec<(&'static str, String)> {
    let ec2 = &account.ec2;
    match id.rsplit_once('-').map_or("", |(prefix, _)| prefix) {
        "rtbassoc" => {
            let tables =
                ec2.route_tables.values().flat_map(|table| table.associations.iter().map(move |it| (table, it)));
            let joined = tables.filter(|(_, association)| association.id == id).flat_map(|(table, association)| {
                let subnet = association.subnet.iter().map(|subnet| ("subnet", subnet.clone()));
                subnet.chain([("route-table", table.id.clone())])
            });
            joined.collect()
        }
        "eipassoc" => {
            let named = |name: Option<&str>| name == Some(id);
            let own =
                ec2.addresses.values().filter(|address| named(address.association.as_ref().map(|it| it.id.as_str())));
            let own = own.map(|address| address.id.clone());
            let addresses = ec2.nat_gateways.values().flat_map(|gateway| &gateway.addresses);
            let of_gateways = addresses.filter(|address| named(address.association.as_deref()));
            let of_gateways = of_gateways.filter_map(|address| address.allocation.clone());
            own.chain(of_gateways).take(1).map(|allocation| ("elastic-ip", allocation)).collect()
        }
        "iip-assoc" => {
            let has = |instance: &&Instance| instance.profile.as_ref().is_some_and(|profile| profile.id == id);
            let instances = ec2.instances.values().filter(has);
            instances.map(|instance| ("instance", instance.id.clone())).collect()
        }
        "vpc-cidr-assoc" => {
            let vpcs = ec2.vpcs.values().filter(|vpc| {
                let blocks = vpc.blocks.iter().map(|block| &block.association);
                blocks.chain(vpc.ipv6.iter().map(|block| &block.association)).any(|association| association == id)
            });
            vpcs.map(|vpc| ("vpc", vpc.id.clone())).collect()
        }
        "subnet-cidr-assoc" => {
            let subnets = ec2.subnets.values();
            let subnets = subnets.filter(|subnet| subnet.ipv6.as_ref().is_some_and(|block| block.association == id));
            subnets.map(|subnet| ("subnet", subnet.id.clone())).collect()
        }
        _ => vec![],
    }
}
