//! How calls write rules.

use super::super::resource::find;
use super::super::{endpoints, refusals};
use super::{Peer, Rule, SecurityGroup, allowed};
use crate::account::Account;
use crate::answer::Fault;
use crate::wire::Params;
use ipnet::{Ipv4Net, Ipv6Net};

/// The rules of `group` that `IpPermissions` says, without ids. Each permission stands for as many rules as it has peers.
pub(super) fn read(
    account: &Account,
    params: &Params,
    group: &SecurityGroup,
    egress: bool,
) -> Result<Vec<Rule>, Fault> {
    let mut rules = Vec::new();
    for permission in params.structures("IpPermissions") {
        let protocol: String = permission.required("IpProtocol")?;
        let (protocol, from, to) = ports(&protocol, permission.optional("FromPort")?, permission.optional("ToPort")?)?;
        let mut peers = Vec::new();
        for range in permission.structures("IpRanges") {
            peers.push((block4(&range.required::<String>("CidrIp")?)?, description(&range)?));
        }
        for range in permission.structures("Ipv6Ranges") {
            peers.push((block6(&range.required::<String>("CidrIpv6")?)?, description(&range)?));
        }
        for pair in permission.structures("Groups") {
            let user: Option<String> = pair.optional("UserId")?;
            let other: String = pair.required("GroupId")?;
            peers.push((peer_group(account, &other, user.as_deref(), &group.vpc)?, description(&pair)?));
        }
        for list in permission.structures("PrefixListIds") {
            let id: String = list.required("PrefixListId")?;
            endpoints::check_prefix_list(account, &id)?;
            peers.push((Peer::PrefixList(id), description(&list)?));
        }
        if peers.is_empty() {
            let text = "The request must contain a CIDR block, a security group or a prefix list for each permission";
            return Err(Fault::new(400, "MissingParameter", text));
        }
        rules.extend(peers.into_iter().map(|(peer, description)| {
            let protocol = protocol.clone();
            Rule { protocol, from, to, description, ..Rule::any(&group.id, egress, peer) }
        }));
    }
    Ok(rules)
}

/// Protocol and ports as AWS keeps them.
pub(super) fn ports(
    protocol: &str,
    from: Option<i32>,
    to: Option<i32>,
) -> Result<(String, Option<i32>, Option<i32>), Fault> {
    let protocol = match protocol.to_lowercase().as_str() {
        "-1" | "all" => "-1".to_owned(),
        "tcp" | "6" => "tcp".to_owned(),
        "udp" | "17" => "udp".to_owned(),
        "icmp" | "1" => "icmp".to_owned(),
        "icmpv6" | "58" => "icmpv6".to_owned(),
        other if other.parse::<u8>().is_ok() => other.to_owned(),
        other => return Err(refusals::invalid(format!("Invalid value '{other}' for IP protocol. Unknown protocol."))),
    };
    match (protocol.as_str(), from, to) {
        ("tcp" | "udp", Some(from), Some(to)) if 0 <= from && from <= to && to <= 65_535 => {
            Ok((protocol, Some(from), Some(to)))
        }
        ("tcp" | "udp", Some(from), Some(to)) => {
            Err(refusals::invalid(format!("Invalid TCP/UDP port range ({from}:{to})")))
        }
        ("tcp" | "udp", ..) => {
            Err(refusals::invalid("Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."))
        }
        ("icmpv6", None, None) => Ok((protocol, Some(-1), Some(-1))),
        ("icmp" | "icmpv6", Some(kind), Some(code))
            if (-1..=255).contains(&kind) && (-1..=255).contains(&code) && (kind != -1 || code == -1) =>
        {
            Ok((protocol, Some(kind), Some(code)))
        }
        ("icmp" | "icmpv6", ..) => Err(refusals::invalid("ICMP code and type must both be -1 or from 0 to 255.")),
        _ => Ok((protocol, None, None)),
    }
}

pub(super) fn block4(text: &str) -> Result<Peer, Fault> {
    let block = text.parse::<Ipv4Net>().map_err(|_| malformed(text))?;
    Ok(Peer::V4(block.trunc().to_string()))
}

pub(super) fn block6(text: &str) -> Result<Peer, Fault> {
    let block = text.parse::<Ipv6Net>().map_err(|_| malformed(text))?;
    Ok(Peer::V6(block.trunc().to_string()))
}

fn malformed(text: &str) -> Fault {
    refusals::invalid(format!("CIDR block {text} is malformed"))
}

pub(super) fn peer_group(account: &Account, id: &str, user: Option<&str>, vpc: &str) -> Result<Peer, Fault> {
    let group: &SecurityGroup = find(account, id, account.now)?;
    if group.vpc != vpc || user.is_some_and(|user| user != account.id) {
        let text = "You have specified two resources that belong to different networks.";
        return Err(Fault::new(400, "InvalidGroup.NotFound", text));
    }
    Ok(Peer::Group(id.to_owned()))
}

/// `Description`; an empty one is none.
pub(super) fn description(params: &Params) -> Result<Option<String>, Fault> {
    let text: Option<String> = params.optional("Description")?;
    if text.as_ref().is_some_and(|text| text.chars().count() > 255 || !text.chars().all(allowed)) {
        let text = "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";
        return Err(refusals::invalid(text));
    }
    Ok(text.filter(|text| !text.is_empty()))
}
