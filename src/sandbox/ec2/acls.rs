//! Network ACLs: each VPC has its default one, which lets everything pass and belongs to all its subnets.

use super::filters::Field;
use super::resource::{Listed, Resource, describe};
use super::{State, subnets, tags};
use crate::account::Account;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::wire::Xml;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[Operation::read("DescribeNetworkAcls", describe::<Acl>)];

/// A network ACL.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Acl {
    /// `acl-0..`
    pub id: String,
    /// The VPC whose default one it is.
    pub vpc: String,
    /// Its tags.
    pub tags: Tags,
}

/// Makes the default one of a new VPC and gives its id.
pub(super) fn make_default(account: &mut Account, vpc: &str) -> String {
    let id = account.ids.ec2("acl");
    account.ec2.acls.insert(id.clone(), Acl { id: id.clone(), vpc: vpc.to_owned(), tags: Tags::new() });
    id
}

impl Resource for Acl {
    const TYPE: &'static str = "network-acl";
    const PREFIX: &'static str = "acl-";
    const CALLED: &'static str = "networkAcl ID";
    const ABSENT: &'static str = "InvalidNetworkAclID.NotFound";
    const MALFORMED: &'static str = "InvalidNetworkAclId.Malformed";

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.acls
    }
    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.acls
    }
    fn tags(&self) -> &Tags {
        &self.tags
    }
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl Listed for Acl {
    const IDS: &'static str = "NetworkAclId";
    const SET: &'static str = "networkAclSet";
    const FIELDS: &'static [Field<Self>] = &[
        ("association.network-acl-id", |acl, _, _| vec![acl.id.clone()]),
        ("association.subnet-id", |acl, account, _| {
            subnets::of_vpc(account, &acl.vpc).map(|subnet| subnet.id.clone()).collect()
        }),
        ("default", |_, _, _| vec!["true".into()]),
        ("network-acl-id", |acl, _, _| vec![acl.id.clone()]),
        ("owner-id", |_, account, _| vec![account.id.clone()]),
        ("vpc-id", |acl, _, _| vec![acl.vpc.clone()]),
    ];

    fn show(&self, account: &Account, _now: u64) -> Xml {
        let entries = [(100, "allow"), (32_767, "deny")].into_iter().flat_map(|(number, action)| {
            [false, true].map(|egress| {
                Xml::new()
                    .text("ruleNumber", number)
                    .text("protocol", "-1")
                    .text("ruleAction", action)
                    .text("egress", egress)
                    .text("cidrBlock", "0.0.0.0/0")
            })
        });
        let associations = subnets::of_vpc(account, &self.vpc).map(|subnet| {
            let number = subnet.id.strip_prefix("subnet-").unwrap_or(&subnet.id);
            Xml::new()
                .text("networkAclAssociationId", format_args!("aclassoc-{number}"))
                .text("networkAclId", &self.id)
                .text("subnetId", &subnet.id)
        });
        Xml::new()
            .text("networkAclId", &self.id)
            .text("vpcId", &self.vpc)
            .text("default", true)
            .text("ownerId", &account.id)
            .list("entrySet", "item", entries)
            .list("associationSet", "item", associations)
            .append(tags::show(&self.tags))
    }
}
