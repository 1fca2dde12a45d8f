//! Availability zones.

use super::filters::{Field, Filters};
use super::refusals;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::wire::Xml;

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::read("DescribeAvailabilityZones", describe_availability_zones)];

/// An availability zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// `us-east-1a`
    pub name: String,
    /// `use1-az1`
    pub id: String,
    /// `us-east-1`
    pub region: String,
}

/// The zones of a region, in order.
pub fn zones(region: &str) -> Vec<Zone> {
    let letters = if region == "us-east-1" { "abcdef" } else { "abc" };
    let short = short(region);
    let zone = |(place, letter)| Zone {
        name: format!("{region}{letter}"),
        id: format!("{short}-az{}", place + 1),
        region: region.to_owned(),
    };
    letters.chars().enumerate().map(zone).collect()
}

/// `use1` for `us-east-1`, `apse2` for `ap-southeast-2`.
fn short(region: &str) -> String {
    let word = |word: &str| match word {
        "northeast" => "ne".to_owned(),
        "northwest" => "nw".to_owned(),
        "southeast" => "se".to_owned(),
        "southwest" => "sw".to_owned(),
        other => other.chars().take(1).collect(),
    };
    let mut parts = region.split('-');
    let area = parts.next().unwrap_or_default().to_owned();
    parts.fold(area, |name, part| name + &word(part))
}

/// The zone with this name or id.
pub(super) fn find(region: &str, name: Option<&str>, id: Option<&str>) -> Result<Option<Zone>, Fault> {
    let wanted = match (name, id) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(refusals::combination("You cannot specify both an availability zone and its ID."));
        }
        (Some(one), None) | (None, Some(one)) => one,
    };
    let all = zones(region);
    let found = all.iter().find(|zone| zone.name == wanted && name.is_some() || zone.id == wanted && id.is_some());
    found.cloned().map(Some).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|zone| zone.name.as_str()).collect();
        refusals::invalid(format!(
            "Value ({wanted}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: {}.",
            names.join(", ")
        ))
    })
}

const FIELDS: &[Field<Zone>] = &[
    ("group-name", |zone, _, _| vec![zone.region.clone()]),
    ("opt-in-status", |_, _, _| vec!["opt-in-not-required".into()]),
    ("region-name", |zone, _, _| vec![zone.region.clone()]),
    ("state", |_, _, _| vec!["available".into()]),
    ("zone-id", |zone, _, _| vec![zone.id.clone()]),
    ("zone-name", |zone, _, _| vec![zone.name.clone()]),
    ("zone-type", |_, _, _| vec!["availability-zone".into()]),
];

fn describe_availability_zones(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let names: Vec<String> = params.list("ZoneName")?;
    let ids: Vec<String> = params.list("ZoneId")?;
    // There are no zones that need to be opted in to, so this asks for nothing more.
    params.optional::<bool>("AllAvailabilityZones")?;
    let filters = Filters::read(&params, FIELDS)?;
    refusals::done(&params)?;
    let all = zones(&account.region);
    if let Some(name) = names.iter().find(|name| !all.iter().any(|zone| zone.name == **name)) {
        return Err(refusals::invalid(format!("Invalid availability zone: [{name}]")));
    }
    if let Some(id) = ids.iter().find(|id| !all.iter().any(|zone| zone.id == **id)) {
        return Err(refusals::invalid(format!("Invalid availability zone-id: [{id}]")));
    }
    let chosen = all.iter().filter(|zone| {
        (names.is_empty() || names.contains(&zone.name))
            && (ids.is_empty() || ids.contains(&zone.id))
            && filters.fit(FIELDS, *zone, &Tags::new(), account, call.now)
    });
    let items = chosen.map(|zone| {
        Xml::new()
            .text("zoneName", &zone.name)
            .text("zoneId", &zone.id)
            .text("zoneState", "available")
            .text("zoneType", "availability-zone")
            .text("regionName", &zone.region)
            .text("groupName", &zone.region)
            .text("networkBorderGroup", &zone.region)
            .text("optInStatus", "opt-in-not-required")
            .list("messageSet", "item", [])
    });
    Ok(Answer::xml(Xml::new().list("availabilityZoneInfo", "item", items)))
}
