//! `ec2/vpc-endpoint`: a private way to an AWS service, of type gateway or interface (AWS.md §1.7).

use super::route_table::RouteTable;
use super::security_group::SecurityGroup;
use super::subnet::Subnet;
use super::tags;
use super::token::token;
use super::vpc::Vpc;
use crate::aws::{self, Class, Cx, Error, Tagging, classify, found};
use crate::resource::{Actions, Auto, Changes, Fixed, Kind, Live, Named, Policy, Ref, Retry, Set, Status, Typical};
use aws_sdk_ec2::operation::create_vpc_endpoint::builders::CreateVpcEndpointFluentBuilder;
use aws_sdk_ec2::types::{DnsOptionsSpecification, ResourceType, VpcEndpoint as Description, VpcEndpointType};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// A VPC endpoint: a private way from a VPC to an AWS service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VpcEndpoint {
    /// The VPC. For private DNS it needs both its DNS flags on.
    pub vpc: Fixed<Ref<Vpc>>,
    /// The service's name, such as `com.amazonaws.us-east-1.s3`.
    pub service: Fixed<String>,
    /// How the service is reached.
    #[serde(rename = "type")]
    pub endpoint_type: Fixed<EndpointType>,
    /// Gateway only: the route tables that get a route to the service.
    #[serde(default)]
    pub route_tables: Set<Ref<RouteTable>>,
    /// Interface only: the subnets that get a network interface, at most one per zone.
    #[serde(default)]
    pub subnets: Set<Ref<Subnet>>,
    /// Interface only: who may reach its network interfaces; left out, the VPC's default group.
    #[serde(default)]
    pub security_groups: Auto<Set<Ref<SecurityGroup>>>,
    /// Interface only: whether the service's public name resolves to the endpoint inside the VPC.
    #[serde(default)]
    pub private_dns: bool,
    /// Interface only: which addresses its network interfaces have: `ipv4`, `ipv6` or `dualstack`; left out, `ipv4`.
    #[serde(default)]
    pub ip_address_type: Auto<String>,
    /// Interface only: to which addresses its names resolve: `ipv4`, `ipv6`, `dualstack` or `service-defined`; left out,
    /// to those it has.
    #[serde(default)]
    pub dns_record_ip_type: Auto<String>,
    /// What may be done through it; none allows everything.
    #[serde(default, deserialize_with = "restricting")]
    pub policy: Option<Policy>,
}

/// How an endpoint reaches its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointType {
    /// By routes; free of charge, for S3 and DynamoDB only.
    Gateway,
    /// By network interfaces in subnets.
    Interface,
}

crate::attribute!(
    /// The id of the prefix list that holds a gateway endpoint's addresses, for security group rules.
    pub PrefixList = "prefix_list"
);

impl Named for VpcEndpoint {
    const NAME: &'static str = "ec2/vpc-endpoint";
}

/// How many deleted endpoints of one spec are stepped over within the day that AWS knows their tokens.
const DEAD: usize = 20;

impl Kind for VpcEndpoint {
    const OUTPUTS: &'static [&'static str] = &["arn", "prefix_list", "dns_name"];
    const TAGGING: Tagging = Tagging::Ec2;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeVpcEndpoints", "ec2:DescribePrefixLists"],
        create: &["ec2:CreateVpcEndpoint", "ec2:CreateTags"],
        update: &["ec2:ModifyVpcEndpoint", "ec2:CreateTags", "ec2:DeleteTags"],
        delete: &["ec2:DeleteVpcEndpoints"],
        dependent: &[],
    };
    const TYPICAL: Typical = Typical::seconds(120, 60, 60);
    // The private DNS name of an endpoint that was just deleted is freed late.
    const RETRY: &'static [Retry] =
        &[Retry { code: "InvalidParameter", message: "conflicting DNS domain", during: Duration::from_secs(300) }];

    fn claim(&self) -> Option<String> {
        Some(format!("{} {} {:?}", *self.vpc, *self.service, *self.endpoint_type))
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let mut pages = cx.ec2().describe_vpc_endpoints().filters(tags::ours(cx)).into_paginator().send();
        let mut endpoints = vec![];
        while let Some(page) = pages.next().await {
            endpoints.extend(page?.vpc_endpoints.unwrap_or_default());
        }
        live(cx, endpoints).await
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let answer = cx.ec2().describe_vpc_endpoints().vpc_endpoint_ids(id).send().await.map_err(Error::from);
        let endpoints = found(answer)?.and_then(|answer| answer.vpc_endpoints).unwrap_or_default();
        Ok(live(cx, endpoints).await?.pop())
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let like = [tags::filter("vpc-id", [self.vpc.value()]), tags::filter("service-name", [&*self.service])];
        let mut pages = cx.ec2().describe_vpc_endpoints().set_filters(Some(like.into())).into_paginator().send();
        let mut ids = vec![];
        while let Some(page) = pages.next().await {
            ids.extend(page?.vpc_endpoints.unwrap_or_default().into_iter().filter_map(|one| one.vpc_endpoint_id));
        }
        Ok(ids)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        // A token brings back the endpoint it made, even one that was deleted since: then the next
        // token follows from that endpoint, so that every run goes the same way.
        let mut salt = String::new();
        for _ in 0..DEAD {
            let answer = self.creation(cx).client_token(token(cx, self, &salt)).send().await?;
            let endpoint = answer.vpc_endpoint.ok_or_else(|| Error::unreadable("the endpoint"))?;
            let state = state(&endpoint);
            let id = endpoint.vpc_endpoint_id.ok_or_else(|| Error::unreadable("the endpoint's id"))?;
            if !matches!(state.as_str(), "deleting" | "deleted") {
                return Ok(id);
            }
            salt = id;
        }
        let message = format!("it was made {DEAD} times within the day and each time deleted");
        Err(Error::new("Deleted", message, Class::Other))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        let mut call = cx.ec2().modify_vpc_endpoint().vpc_endpoint_id(&live.id);
        let now = &live.spec;
        if changes.touch("route_tables") {
            call = call.set_add_route_table_ids(some(missing(&self.route_tables, &now.route_tables)));
            call = call.set_remove_route_table_ids(some(missing(&now.route_tables, &self.route_tables)));
        }
        if changes.touch("subnets") {
            call = call.set_add_subnet_ids(some(missing(&self.subnets, &now.subnets)));
            call = call.set_remove_subnet_ids(some(missing(&now.subnets, &self.subnets)));
        }
        if let (true, Some(wanted)) = (changes.touch("security_groups"), &*self.security_groups) {
            let now = now.security_groups.0.clone().unwrap_or_default();
            call = call.set_add_security_group_ids(some(missing(wanted, &now)));
            call = call.set_remove_security_group_ids(some(missing(&now, wanted)));
        }
        if changes.touch("private_dns") {
            call = call.private_dns_enabled(self.private_dns);
        }
        if let (true, Some(kind)) = (changes.touch("ip_address_type"), self.ip_address_type.as_deref()) {
            call = call.ip_address_type(kind.into());
        }
        if changes.touch("dns_record_ip_type") {
            call = call.set_dns_options(self.dns_options());
        }
        if changes.touch("policy") {
            call = match &self.policy {
                Some(policy) => call.policy_document(policy.to_json()),
                None => call.reset_policy(true),
            };
        }
        call.send().await?;
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let outcome = cx.ec2().delete_vpc_endpoints().vpc_endpoint_ids(&live.id).send().await.map_err(Error::from);
        // The call succeeds as a whole whatever becomes of its parts.
        let refused = found(outcome)?.and_then(|answer| answer.unsuccessful?.into_iter().find_map(|item| item.error));
        let Some(refused) = refused else { return Ok(()) };
        let code = refused.code.unwrap_or_default();
        found::<()>(Err(Error::new(&code, refused.message.unwrap_or_default(), classify(&code)))).map(drop)
    }
}

impl VpcEndpoint {
    fn creation(&self, cx: &Cx) -> CreateVpcEndpointFluentBuilder {
        let call = cx.ec2().create_vpc_endpoint();
        let call = call.vpc_id(self.vpc.value()).service_name(&*self.service);
        let call = call.tag_specifications(tags::specification(cx, ResourceType::VpcEndpoint));
        let call = call.set_policy_document(self.policy.as_ref().map(Policy::to_json));
        match *self.endpoint_type {
            EndpointType::Gateway => {
                call.vpc_endpoint_type(VpcEndpointType::Gateway).set_route_table_ids(some(values(&self.route_tables)))
            }
            EndpointType::Interface => call
                .vpc_endpoint_type(VpcEndpointType::Interface)
                .set_subnet_ids(some(values(&self.subnets)))
                .set_security_group_ids(self.security_groups.as_ref().and_then(|groups| some(values(groups))))
                .set_ip_address_type(self.ip_address_type.as_deref().map(Into::into))
                .set_dns_options(self.dns_options())
                .private_dns_enabled(self.private_dns),
        }
    }

    fn dns_options(&self) -> Option<DnsOptionsSpecification> {
        let kind = self.dns_record_ip_type.as_deref()?;
        Some(DnsOptionsSpecification::builder().dns_record_ip_type(kind.into()).build())
    }
}

/// A policy that allows everything is the same as none.
fn restricting<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Policy>, D::Error> {
    Option::<Policy>::deserialize(deserializer).map(|policy| policy.filter(|policy| !allows_everything(policy)))
}

fn allows_everything(policy: &Policy) -> bool {
    let everything = serde_json::json!({
        "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" }],
    });
    policy.document().get("Statement") == Policy::new(everything).document().get("Statement")
}

fn values<K>(references: &Set<Ref<K>>) -> Vec<String> {
    references.iter().map(|reference| reference.value().to_owned()).collect()
}

fn missing<K>(references: &Set<Ref<K>>, from: &Set<Ref<K>>) -> Vec<String> {
    references.iter().filter(|reference| !from.contains(reference)).map(|it| it.value().to_owned()).collect()
}

fn some(list: Vec<String>) -> Option<Vec<String>> {
    Some(list).filter(|list| !list.is_empty())
}

/// The endpoints that are there, without those that are gone but still shown.
async fn live(cx: &Cx, endpoints: Vec<Description>) -> aws::Result<Vec<Live<VpcEndpoint>>> {
    let there: Vec<Description> = endpoints.into_iter().filter(|endpoint| state(endpoint) != "deleted").collect();
    let gateways = there.iter().filter(|endpoint| endpoint.vpc_endpoint_type == Some(VpcEndpointType::Gateway));
    let services: Vec<String> = gateways.filter_map(|endpoint| endpoint.service_name.clone()).collect();
    let lists = prefix_lists(cx, services).await?;
    there.into_iter().map(|endpoint| one(cx, endpoint, &lists)).collect()
}

/// AWS sends the states in lower case, although the API model has them capitalised (AWS.md §1.7).
fn state(endpoint: &Description) -> String {
    endpoint.state.as_ref().map_or_else(String::new, |state| state.as_str().to_lowercase())
}

async fn prefix_lists(cx: &Cx, services: Vec<String>) -> aws::Result<BTreeMap<String, String>> {
    if services.is_empty() {
        return Ok(BTreeMap::new());
    }
    let call = cx.ec2().describe_prefix_lists().filters(tags::filter("prefix-list-name", services));
    let lists = call.send().await?.prefix_lists.unwrap_or_default();
    Ok(lists.into_iter().filter_map(|list| Some((list.prefix_list_name?, list.prefix_list_id?))).collect())
}

fn one(cx: &Cx, endpoint: Description, lists: &BTreeMap<String, String>) -> aws::Result<Live<VpcEndpoint>> {
    let state = state(&endpoint);
    let id = endpoint.vpc_endpoint_id.ok_or_else(|| Error::unreadable("the endpoint's id"))?;
    let service = endpoint.service_name.unwrap_or_default();
    let gateway = endpoint.vpc_endpoint_type == Some(VpcEndpointType::Gateway);
    let groups = endpoint.groups.unwrap_or_default().into_iter().filter_map(|group| group.group_id);
    let policy = endpoint.policy_document.as_deref().and_then(Policy::parse);
    let spec = VpcEndpoint {
        vpc: Fixed(Ref::existing(endpoint.vpc_id.unwrap_or_default())),
        service: Fixed(service.clone()),
        endpoint_type: Fixed(if gateway { EndpointType::Gateway } else { EndpointType::Interface }),
        route_tables: endpoint.route_table_ids.unwrap_or_default().into_iter().map(Ref::existing).collect(),
        subnets: endpoint.subnet_ids.unwrap_or_default().into_iter().map(Ref::existing).collect(),
        security_groups: Auto((!gateway).then(|| groups.map(Ref::existing).collect())),
        // Gateways have no names, whatever they say of them.
        private_dns: !gateway && endpoint.private_dns_enabled.unwrap_or_default(),
        ip_address_type: Auto(endpoint.ip_address_type.map(|kind| kind.as_str().to_owned())),
        dns_record_ip_type: Auto(
            endpoint.dns_options.and_then(|dns| Some(dns.dns_record_ip_type?.as_str().to_owned())),
        ),
        policy: policy.filter(|policy| !allows_everything(policy)),
    };
    let reason = || {
        let error = endpoint.last_error.and_then(|error| error.message).or(endpoint.failure_reason);
        error.unwrap_or_else(|| format!("the endpoint is {state}"))
    };
    let status = match state.as_str() {
        "available" | "partial" => Status::Ready,
        "deleting" => Status::Deleting,
        "failed" | "rejected" | "expired" => Status::Failed(reason()),
        _ => Status::Pending(state),
    };
    let arn = cx.arn("ec2", format_args!("vpc-endpoint/{id}"));
    let mut live = Live::new(&id, spec).output("arn", arn).tagged(cx, tags::pairs(endpoint.tags)).status(status);
    if let Some(list) = lists.get(&service).filter(|_| gateway) {
        live = live.output("prefix_list", list);
    }
    if let Some(name) = endpoint.dns_entries.and_then(|names| names.into_iter().find_map(|entry| entry.dns_name)) {
        live = live.output("dns_name", name);
    }
    Ok(live)
}
