//! Route tables and the subnets that follow them. Each VPC has a main one, for the subnets that follow no other.

use super::filters::Field;
use super::resource::{Listed, Resource, describe, find, find_mut};
use super::routes::{Destination, Origin, Route, Target};
use super::subnets::Subnet;
use super::tokens::Token;
use super::vpcs::Vpc;
use super::{State, refusals, tags};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::wire::Xml;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateRouteTable", create_route_table),
    Operation::read("DescribeRouteTables", describe::<RouteTable>),
    Operation::write("AssociateRouteTable", associate_route_table),
    Operation::write("ReplaceRouteTableAssociation", replace_route_table_association),
    Operation::write("DisassociateRouteTable", disassociate_route_table),
    Operation::write("DeleteRouteTable", delete_route_table),
];

/// A route table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RouteTable {
    /// `rtb-0..`
    pub id: String,
    /// The VPC it is of.
    pub vpc: String,
    /// Its routes.
    pub routes: Vec<Route>,
    /// Who follows it.
    pub associations: Vec<Association>,
    /// Its tags.
    pub tags: Tags,
}

/// Who follows a route table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Association {
    /// `rtbassoc-0..`
    pub id: String,
    /// A subnet; `None` for all those of the VPC that follow no other table.
    pub subnet: Option<String>,
}

impl RouteTable {
    fn is_main(&self) -> bool {
        self.associations.iter().any(|association| association.subnet.is_none())
    }
}

impl Resource for RouteTable {
    const TYPE: &'static str = "route-table";
    const PREFIX: &'static str = "rtb-";
    const CALLED: &'static str = "routeTable ID";
    const ABSENT: &'static str = "InvalidRouteTableID.NotFound";
    const MALFORMED: &'static str = "InvalidRouteTableId.Malformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.route_tables
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.route_tables
    }
    fn tags(&self) -> &Tags {
        &self.tags
    }
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl Listed for RouteTable {
    const IDS: &'static str = "RouteTableId";
    const SET: &'static str = "routeTableSet";
    const PAGE: usize = 100;
    const FIELDS: &'static [Field<Self>] = &[
        ("association.main", |table, _, _| {
            table.associations.iter().map(|association| association.subnet.is_none().to_string()).collect()
        }),
        ("association.route-table-association-id", |table, _, _| {
            table.associations.iter().map(|association| association.id.clone()).collect()
        }),
        ("association.route-table-id", |table, _, _| table.associations.iter().map(|_| table.id.clone()).collect()),
        ("association.subnet-id", |table, _, _| {
            table.associations.iter().filter_map(|association| association.subnet.clone()).collect()
        }),
        ("owner-id", |_, account, _| vec![account.id.clone()]),
        ("route-table-id", |table, _, _| vec![table.id.clone()]),
        ("route.destination-cidr-block", |table, _, _| {
            let nets = table.routes.iter().filter_map(|route| match &route.destination {
                Destination::Block(IpNet::V4(net)) => Some(net.to_string()),
                _ => None,
            });
            nets.collect()
        }),
        ("route.gateway-id", |table, _, _| {
            table.routes.iter().filter_map(|route| route.target.gateway().map(str::to_owned)).collect()
        }),
        ("route.nat-gateway-id", |table, _, _| {
            let gateways = table.routes.iter().filter_map(|route| match &route.target {
                Target::NatGateway(id) => Some(id.clone()),
                _ => None,
            });
            gateways.collect()
        }),
        ("route.origin", |table, _, _| table.routes.iter().map(|route| route.origin.text().into()).collect()),
        ("route.state", |table, account, now| {
            table.routes.iter().map(|route| route.state(account, &table.vpc, now).into()).collect()
        }),
        ("vpc-id", |table, _, _| vec![table.vpc.clone()]),
    ];

    fn show(&self, account: &Account, now: u64) -> Xml {
        let associations = self.associations.iter().map(|association| {
            Xml::new()
                .text("routeTableAssociationId", &association.id)
                .text("routeTableId", &self.id)
                .optional("subnetId", association.subnet.as_ref())
                .text("main", association.subnet.is_none())
                .element("associationState", Xml::new().text("state", "associated"))
        });
        Xml::new()
            .text("routeTableId", &self.id)
            .text("vpcId", &self.vpc)
            .text("ownerId", &account.id)
            .list("routeSet", "item", self.routes.iter().map(|route| route.show(account, &self.vpc, now)))
            .list("associationSet", "item", associations)
            .list("propagatingVgwSet", "item", [])
            .append(tags::show(&self.tags))
    }
}

/// Makes the main one of a new VPC, which is not there yet; its local routes come with [`add_local`].
pub(super) fn make_main(account: &mut Account, vpc: &str) {
    let id = account.ids.ec2("rtb");
    let association = Association { id: account.ids.ec2("rtbassoc"), subnet: None };
    let table = RouteTable {
        id: id.clone(),
        vpc: vpc.to_owned(),
        routes: Vec::new(),
        associations: vec![association],
        tags: Tags::new(),
    };
    account.ec2.route_tables.insert(id, table);
}

/// Lets every table of the VPC know a block of its own.
pub(super) fn add_local(account: &mut Account, vpc: &str, net: IpNet) {
    for table in account.ec2.route_tables.values_mut().filter(|table| table.vpc == vpc) {
        table.routes.push(local(net));
    }
}

/// Lets every table of the VPC forget a block of its own.
pub(super) fn remove_local(account: &mut Account, vpc: &str, net: IpNet) {
    for table in account.ec2.route_tables.values_mut().filter(|table| table.vpc == vpc) {
        table.routes.retain(|route| !(route.target == Target::Local && route.destination == Destination::Block(net)));
    }
}

fn local(net: IpNet) -> Route {
    Route { destination: Destination::Block(net), target: Target::Local, origin: Origin::CreateRouteTable }
}

/// Whether the VPC has tables beside its main one, which block its deletion.
pub(super) fn block(account: &Account, vpc: &str) -> bool {
    account.ec2.route_tables.values().any(|table| table.vpc == vpc && !table.is_main())
}

/// Takes a subnet that is deleted out of the table it follows.
pub(super) fn forget_subnet(account: &mut Account, subnet: &str) {
    for table in account.ec2.route_tables.values_mut() {
        table.associations.retain(|association| association.subnet.as_deref() != Some(subnet));
    }
}

fn create_route_table(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let vpc: String = params.required("VpcId")?;
    let tags = tags::specified(&params, RouteTable::TYPE)?;
    let token = Token::read(&params, call)?;
    refusals::done(&params)?;
    let found = find::<Vpc>(account, &vpc, call.now)?;
    let nets = found.usable(call.now).map(|net| IpNet::V4(*net));
    let ipv6 = found.ipv6.iter().filter(|block| block.usable(call.now)).map(|block| IpNet::V6(block.net));
    let routes: Vec<Route> = nets.chain(ipv6).map(local).collect();
    let text = token.as_ref().map(|token| token.text.clone());
    let answer = |table: &RouteTable, account: &Account| {
        let shown = table.show(account, call.now);
        Answer::xml(Xml::new().element("routeTable", shown).optional("clientToken", text.as_ref()))
    };
    if let Some(ids) = token.as_ref().map(|token| token.made(account, call.now)).transpose()?.flatten()
        && let Some(table) = ids.first().and_then(|id| account.ec2.route_tables.get(id))
    {
        return Ok(answer(table, account));
    }
    let table = RouteTable { id: account.ids.ec2("rtb"), vpc, routes, associations: Vec::new(), tags };
    let answer = answer(&table, account);
    if let Some(token) = token {
        token.keep(account, call.now, vec![table.id.clone()]);
    }
    account.ec2.route_tables.insert(table.id.clone(), table);
    Ok(answer)
}

fn associate_route_table(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let (id, subnet): (String, String) = (params.required("RouteTableId")?, params.required("SubnetId")?);
    refusals::done(&params)?;
    let table = find::<RouteTable>(account, &id, call.now)?;
    if find::<Subnet>(account, &subnet, call.now)?.vpc != table.vpc {
        let message = format!("route table {id} and subnet {subnet} belong to different networks");
        return Err(refusals::invalid(message));
    }
    let mut associations = account.ec2.route_tables.values().flat_map(|table| &table.associations);
    if associations.any(|association| association.subnet.as_ref() == Some(&subnet)) {
        let message = format!("the specified association for route table {id} conflicts with an existing association");
        return Err(Fault::new(400, "Resource.AlreadyAssociated", message));
    }
    let association = Association { id: account.ids.ec2("rtbassoc"), subnet: Some(subnet) };
    let shown = Xml::new().text("associationId", &association.id).element("associationState", associated());
    find_mut::<RouteTable>(account, &id, call.now)?.associations.push(association);
    Ok(Answer::xml(shown))
}

fn associated() -> Xml {
    Xml::new().text("state", "associated")
}

/// The table that an association is in.
fn holder(account: &Account, association: &str) -> Result<String, Fault> {
    let mut tables = account.ec2.route_tables.values();
    let found = tables.find(|table| table.associations.iter().any(|there| there.id == association));
    found.map(|table| table.id.clone()).ok_or_else(|| {
        let message = format!("The association ID '{association}' does not exist");
        Fault::new(400, "InvalidAssociationID.NotFound", message)
    })
}

fn replace_route_table_association(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let (old, id): (String, String) = (params.required("AssociationId")?, params.required("RouteTableId")?);
    refusals::done(&params)?;
    let from = holder(account, &old)?;
    let vpc = find::<RouteTable>(account, &from, call.now)?.vpc.clone();
    if find::<RouteTable>(account, &id, call.now)?.vpc != vpc {
        let message = format!("route table {id} and route table {from} belong to different networks");
        return Err(refusals::invalid(message));
    }
    let new = account.ids.ec2("rtbassoc");
    let left = find_mut::<RouteTable>(account, &from, call.now)?;
    let place = left.associations.iter().position(|association| association.id == old);
    let subnet = place.map(|place| left.associations.remove(place).subnet).unwrap_or_default();
    find_mut::<RouteTable>(account, &id, call.now)?.associations.push(Association { id: new.clone(), subnet });
    Ok(Answer::xml(Xml::new().text("newAssociationId", new).element("associationState", associated())))
}

fn disassociate_route_table(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let association: String = params.required("AssociationId")?;
    refusals::done(&params)?;
    let table = holder(account, &association)?;
    let table = find_mut::<RouteTable>(account, &table, call.now)?;
    if table.associations.iter().any(|there| there.id == association && there.subnet.is_none()) {
        let message = format!("cannot disassociate the main route table association {association}");
        return Err(refusals::invalid(message));
    }
    table.associations.retain(|there| there.id != association);
    Ok(refusals::yes())
}

fn delete_route_table(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let id: String = params.required("RouteTableId")?;
    refusals::done(&params)?;
    let table = find::<RouteTable>(account, &id, call.now)?;
    if !table.associations.is_empty() || table.routes.iter().any(Route::is_of_endpoint) {
        return Err(refusals::in_use("routeTable", &id));
    }
    account.ec2.route_tables.remove(&id);
    Ok(refusals::yes())
}
