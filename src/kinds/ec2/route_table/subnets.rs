//! Which subnets follow a route table.

use super::RouteTable;
use crate::aws::{self, Class, Cx, Error, found};
use crate::kinds::ec2::tags;
use crate::resource::Live;
use aws_sdk_ec2::types::{RouteTable as Description, RouteTableAssociation, RouteTableAssociationStateCode};

impl RouteTable {
    pub(super) async fn update_subnets(&self, cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let (wanted, now) = (&self.subnets, &live.spec.subnets);
        let come = wanted.iter().filter(|subnet| !now.contains(subnet));
        let go = now.iter().filter(|subnet| !wanted.contains(subnet));
        let moving = tags::filter("association.subnet-id", come.clone().chain(go.clone()).map(|subnet| subnet.value()));
        let tables = cx.ec2().describe_route_tables().filters(moving).send().await?.route_tables.unwrap_or_default();
        let association = |subnet: &str| {
            let all = tables.iter().flat_map(followers);
            let mut of_subnet = all.filter(|association| association.subnet_id.as_deref() == Some(subnet));
            of_subnet.next()
        };
        let ours = |association: &RouteTableAssociation| association.route_table_id.as_deref() == Some(&live.id);
        for subnet in come {
            match association(subnet.value()) {
                Some(there) if ours(there) => {}
                there => follow(cx, &live.id, subnet.value(), there).await?,
            }
        }
        for there in go.filter_map(|subnet| association(subnet.value())).filter(|there| ours(there)) {
            disassociate(cx, there).await?;
        }
        Ok(())
    }
}

/// Makes the subnet follow `table`, without a gap when it follows another by `there`.
async fn follow(cx: &Cx, table: &str, subnet: &str, there: Option<&RouteTableAssociation>) -> aws::Result<()> {
    if let Some(association) = there.and_then(|there| there.route_table_association_id.as_ref()) {
        let call = cx.ec2().replace_route_table_association().association_id(association).route_table_id(table);
        match call.send().await.map_err(Error::from) {
            Err(error) if error.class == Class::NotFound && error.code == "InvalidAssociationID.NotFound" => {}
            other => return other.map(drop),
        }
    }
    cx.ec2().associate_route_table().route_table_id(table).subnet_id(subnet).send().await?;
    Ok(())
}

/// Lets a subnet follow the VPC's main table again.
pub(super) async fn disassociate(cx: &Cx, association: &RouteTableAssociation) -> aws::Result<()> {
    let Some(id) = &association.route_table_association_id else { return Ok(()) };
    let answer = cx.ec2().disassociate_route_table().association_id(id).send().await.map_err(Error::from);
    found(answer).map(drop)
}

/// The associations of subnets that hold or are about to.
pub(super) fn followers(table: &Description) -> impl Iterator<Item = &RouteTableAssociation> {
    table.associations.iter().flatten().filter(|association| {
        use RouteTableAssociationStateCode::{Disassociated, Disassociating, Failed};
        let state = association.association_state.as_ref().and_then(|state| state.state.as_ref());
        association.subnet_id.is_some() && !matches!(state, Some(Disassociated | Disassociating | Failed))
    })
}
