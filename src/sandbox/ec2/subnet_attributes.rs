//! ModifySubnetAttribute, which changes one attribute at a time.

use super::refusals;
use super::resource::find_mut;
use super::subnets::Subnet;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;

pub(super) const OPERATIONS: &[Operation] = &[Operation::write("ModifySubnetAttribute", modify_subnet_attribute)];

/// A flag: its name in the input, where it is kept, and whether it needs an IPv6 block.
type Flag = (&'static str, fn(&mut Subnet) -> &mut bool, bool);

const FLAGS: &[Flag] = &[
    ("MapPublicIpOnLaunch", |subnet| &mut subnet.map_public_ips, false),
    ("AssignIpv6AddressOnCreation", |subnet| &mut subnet.assign_ipv6, true),
    ("EnableDns64", |subnet| &mut subnet.dns64, false),
    ("EnableResourceNameDnsARecordOnLaunch", |subnet| &mut subnet.a_record, false),
    ("EnableResourceNameDnsAAAARecordOnLaunch", |subnet| &mut subnet.aaaa_record, true),
];

fn modify_subnet_attribute(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("SubnetId")?;
    let mut given = Vec::new();
    for flag in FLAGS {
        if let Some(value) = params.optional::<bool>(&format!("{}.Value", flag.0))? {
            given.push((flag, value));
        }
    }
    let hostname: Option<String> = params.optional("PrivateDnsHostnameTypeOnLaunch")?;
    refusals::done(&params)?;
    let named_by_id = match hostname.as_deref() {
        None => None,
        Some("ip-name") => Some(false),
        Some("resource-name") => Some(true),
        Some(other) => return Err(params.invalid("privateDnsHostnameTypeOnLaunch", other)),
    };
    let subnet = find_mut::<Subnet>(account, &id, call.now)?;
    match (given.as_slice(), named_by_id) {
        ([], Some(named)) => subnet.named_by_id = named,
        ([((name, place, needs_ipv6), value)], None) => {
            if *needs_ipv6 && *value && subnet.ipv6(call.now).is_none() {
                let message = format!("{name} needs an IPv6 CIDR block, which the subnet '{id}' does not have.");
                return Err(refusals::invalid(message));
            }
            *place(subnet) = *value;
        }
        ([], None) => return Err(refusals::missing("MapPublicIpOnLaunch")),
        _ => return Err(refusals::combination("Only one attribute may be modified at a time.")),
    }
    Ok(refusals::yes())
}
