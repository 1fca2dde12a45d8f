//! Further addresses of public NAT gateways.

use super::addresses::Address;
use super::nat_gateways::{Life, NatAddress, NatGateway, another_host, take};
use super::refusals;
use super::resource::{Resource, find, find_mut};
use super::subnets::Subnet;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::clock::{HOUR, SECOND, Timed};
use crate::operation::Operation;
use crate::wire::Xml;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("AssociateNatGatewayAddress", associate_nat_gateway_address),
    Operation::write("DisassociateNatGatewayAddress", disassociate_nat_gateway_address),
];

/// How long an address is associating, and how long an idle one is disassociating.
const TAKES: u64 = 10 * SECOND;
/// How long an address that failed is still shown.
const SHOWN: u64 = HOUR;
/// How many Elastic IP addresses a gateway may have.
const MOST: usize = 8;

fn associate_nat_gateway_address(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("NatGatewayId")?;
    let allocations: Vec<String> = params.list("AllocationId")?;
    refusals::done(&params)?;
    let now = call.now;
    let nat = available(account, &id, now)?;
    if !nat.public {
        return Err(refusals::invalid(format!(
            "The NAT gateway {id} is private and cannot have Elastic IP addresses."
        )));
    }
    if allocations.is_empty() {
        return Err(refusals::missing("AllocationId"));
    }
    if present(nat, now).count() + allocations.len() > MOST {
        return Err(refusals::limit("NatGatewayAddressLimitExceeded", "addresses of a NAT gateway"));
    }
    for allocation in &allocations {
        if find::<Address>(account, allocation, now)?.association(account, now).is_some() {
            let message = format!("Elastic IP address {allocation} is already associated");
            return Err(Fault::new(400, "Resource.AlreadyAssociated", message));
        }
    }
    let subnet = find::<Subnet>(account, &nat.subnet, now)?.clone();
    let interface = nat.interface.clone().unwrap_or_default();
    let mut added = Vec::new();
    for allocation in &allocations {
        let host = another_host(account, &subnet, &interface);
        let mut address = take(account, Some(allocation), &interface, subnet.address(host), now)?;
        address.status = Timed::new(now, "associating".to_owned());
        address.failure = ["", allocation].iter().find_map(|key| account.ec2.failing_blocks.get(*key)).cloned();
        if address.failure.is_some() {
            let failed = address.status.then(now + TAKES, "failed".to_owned());
            address.status = failed.then(now + SHOWN, String::new());
            free(account, &interface, allocation, host, now + TAKES);
        } else {
            address.status = address.status.then(now + TAKES, "succeeded".to_owned());
        }
        added.push(address);
    }
    let nat = find_mut::<NatGateway>(account, &id, now)?;
    nat.addresses.retain(|address| !address.status.at(now).is_empty());
    let shown = added.iter().map(|address| nat.show_address(address, now)).collect();
    nat.addresses.extend(added);
    Ok(answer(&id, shown))
}

fn disassociate_nat_gateway_address(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("NatGatewayId")?;
    let associations: Vec<String> = params.list("AssociationId")?;
    let drain: Option<u64> = params.optional("MaxDrainDurationSeconds")?;
    refusals::done(&params)?;
    let now = call.now;
    if let Some(drain) = drain.filter(|drain| !(1..=4_000).contains(drain)) {
        return Err(params.invalid("maxDrainDurationSeconds", &drain.to_string()));
    }
    let nat = available(account, &id, now)?;
    let mut leaving = Vec::new();
    for association in &associations {
        let place = nat.addresses.iter().position(|address| address.association.as_ref() == Some(association));
        match place.filter(|place| !nat.addresses[*place].status.at(now).is_empty()) {
            None => {
                let message = format!("The association ID '{association}' does not exist");
                return Err(Fault::new(400, "InvalidAssociationID.NotFound", message));
            }
            Some(0) => {
                let message = format!("The primary address of the NAT gateway {id} cannot be disassociated.");
                return Err(refusals::invalid(message));
            }
            Some(place) => leaving.push(place),
        }
    }
    if leaving.is_empty() {
        return Err(refusals::missing("AssociationId"));
    }
    let subnet = find::<Subnet>(account, &nat.subnet, now)?.clone();
    let interface = nat.interface.clone().unwrap_or_default();
    let gone = now + TAKES;
    let nat = find_mut::<NatGateway>(account, &id, now)?;
    let mut freed = Vec::new();
    for place in &leaving {
        let address = &mut nat.addresses[*place];
        address.status = Timed::new(now, "disassociating".to_owned()).then(gone, String::new());
        freed.push((address.allocation.clone(), subnet.host(address.private_ip)));
    }
    let shown = leaving.iter().map(|place| nat.show_address(&nat.addresses[*place], now)).collect();
    for (allocation, host) in freed {
        free(account, &interface, allocation.as_deref().unwrap_or_default(), host, gone);
    }
    Ok(answer(&id, shown))
}

/// Lets go of an Elastic IP address at `gone`, and of the interface's address that it stands for.
fn free(account: &mut Account, interface: &str, allocation: &str, host: impl Into<Option<u32>>, gone: u64) {
    let host = host.into();
    if let Some(address) = account.ec2.addresses.get_mut(allocation) {
        address.leaves_at = Some(gone);
    }
    if let Some(interface) = account.ec2.interfaces.get_mut(interface) {
        interface.more_hosts.retain(|there| Some(*there) != host);
    }
}

fn available<'a>(account: &'a Account, id: &str, now: u64) -> Result<&'a NatGateway, Fault> {
    let nat = find::<NatGateway>(account, id, now)?;
    if nat.life(now) == Life::Available {
        return Ok(nat);
    }
    Err(Fault::new(400, "IncorrectState", format!("The {} {id} is not available.", NatGateway::CALLED)))
}

fn present(nat: &NatGateway, now: u64) -> impl Iterator<Item = &NatAddress> {
    nat.addresses.iter().filter(move |address| !address.status.at(now).is_empty())
}

fn answer(id: &str, addresses: Vec<Xml>) -> Answer {
    Answer::xml(Xml::new().text("natGatewayId", id).list("natGatewayAddressSet", "item", addresses))
}
