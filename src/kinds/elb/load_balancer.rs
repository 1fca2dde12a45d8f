//! `elb/load-balancer`: a network load balancer, found by its name (API model of 2015-12-01).

use super::tags;
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::resource::{
    Actions, Auto, Change, Changes, Dependent, Effect, Fixed, Kind, Live, Named, Place, Ref, Retry, Set, Status, To,
    Typical, Verb,
};
use aws_sdk_elasticloadbalancingv2::types::{
    EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnum as Enforce, LoadBalancer as Description,
    LoadBalancerAttribute, LoadBalancerSchemeEnum, LoadBalancerStateEnum, LoadBalancerTypeEnum,
};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// A network load balancer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadBalancer {
    /// 1 to 32 of `a-z A-Z 0-9 -`, not beginning or ending with `-` nor beginning with `internal-`;
    /// unique in account and region.
    pub name: Fixed<String>,
    /// Whether it has only private addresses, as an API's VPC link wants it.
    pub internal: Fixed<bool>,
    /// The subnets it has an address in, one per zone.
    pub subnets: Set<Ref<Subnet>>,
    /// Who may reach it; none lets everybody. From none to some and back is a replacement.
    #[serde(default)]
    pub security_groups: Set<Ref<SecurityGroup>>,
    /// Whether traffic that comes through a VPC link or endpoint service must pass the security
    /// groups, too; only with security groups.
    #[serde(default)]
    pub check_private_link: Auto<bool>,
    /// Whether each zone's address spreads over the targets of all zones.
    #[serde(default)]
    pub cross_zone: bool,
    /// To which zones' addresses its name resolves.
    #[serde(default)]
    pub client_routing: ClientRouting,
    /// Where it writes down who connects over TLS.
    #[serde(default)]
    pub access_logs: Option<AccessLogs>,
    /// Whether traffic can be led away from a zone that is ill.
    #[serde(default)]
    pub zonal_shift: bool,
    /// Whether AWS refuses to delete it. Deleting a protected load balancer needs
    /// `--allow-data-loss`.
    #[serde(default)]
    pub deletion_protection: bool,
}

/// To which zones' addresses a name resolves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientRouting {
    /// To any.
    #[default]
    Any,
    /// To that of the client's own zone.
    Own,
    /// Mostly to that of the client's own zone.
    MostlyOwn,
}

/// Where a load balancer writes down who connects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessLogs {
    /// The name of the bucket, whose policy must let load balancing write.
    pub bucket: String,
    /// What keys begin with.
    #[serde(default)]
    pub prefix: String,
}

crate::attribute!(
    /// The name that resolves to its addresses.
    pub DnsName = "dns_name"
);

impl Named for LoadBalancer {
    const NAME: &'static str = "elb/load-balancer";
}

const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";
const DELETION_PROTECTION: &str = "deletion_protection.enabled";
const CLIENT_ROUTING: &str = "dns_record.client_routing_policy";
const ZONAL_SHIFT: &str = "zonal_shift.config.enabled";
const LOGS: &str = "access_logs.s3.enabled";
const LOGS_BUCKET: &str = "access_logs.s3.bucket";
const LOGS_PREFIX: &str = "access_logs.s3.prefix";

impl Kind for LoadBalancer {
    const OUTPUTS: &'static [&'static str] = &["arn", "dns_name", "zone_id"];
    const TAGGING: Tagging = Tagging::LoadBalancing;
    const ACTIONS: Actions = Actions {
        read: &[
            "tag:GetResources",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            "elasticloadbalancing:DescribeTags",
        ],
        create: &["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:AddTags"],
        update: &[
            "elasticloadbalancing:SetSubnets",
            "elasticloadbalancing:SetSecurityGroups",
            "elasticloadbalancing:ModifyLoadBalancerAttributes",
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:RemoveTags",
        ],
        delete: &["elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:DeleteLoadBalancer"],
        dependent: &[Dependent::service_linked_role("elasticloadbalancing.amazonaws.com", Verb::CREATE)],
    };
    const TYPICAL: Typical = Typical::seconds(150, 60, 10);

    // The internet gateway may be on its way.
    const RETRY: &'static [Retry] =
        &[Retry { code: "InvalidSubnet", message: "no internet gateway", during: Duration::from_secs(120) }];

    fn arns(&self, place: &Place, _: Verb) -> Vec<String> {
        vec![place.arn("elasticloadbalancing", format!("loadbalancer/net/{}/*", *self.name))]
    }

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    /// One made without security groups cannot get any, and one made with some must keep some.
    fn effect(change: &Change) -> Effect {
        let none = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
        let then_none = matches!(&change.to, To::Known(then) if none(then));
        let crosses = change.field == "security_groups" && none(&change.from) != then_none;
        if crosses { Effect::Replacement } else { Effect::InPlace }
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let prefix = cx.arn("elasticloadbalancing", "loadbalancer/net/");
        let index = cx.tag_index().await?;
        let wanted: Vec<String> = cx.wanted::<Self>().into_iter().map(|(_, wanted)| wanted.name.0).collect();
        if wanted.is_empty() && !index.keys().any(|arn| arn.starts_with(&prefix)) {
            return Ok(vec![]);
        }
        // Asking for ARNs fails as a whole when the index still has one that is gone.
        let mut pages = cx.elb().describe_load_balancers().into_paginator().send();
        let mut all = vec![];
        while let Some(page) = pages.next().await {
            all.extend(page?.load_balancers.unwrap_or_default());
        }
        let there = all.iter().filter_map(|one| Some((one.load_balancer_arn()?, one.load_balancer_name()?)));
        let mut tags = tags::of_stack(cx, Self::NAME, &index, there, &wanted).await?;
        let ours = all.into_iter().filter_map(|one| {
            let tags = tags.remove(one.load_balancer_arn.as_ref()?)?;
            Some(live(cx, one, tags))
        });
        Ok(try_join_all(ours).await?.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let answer = cx.elb().describe_load_balancers().names(id).send().await.map_err(Error::from);
        let balancer = found(answer)?.and_then(|answer| answer.load_balancers?.into_iter().next());
        let Some(balancer) = balancer else { return Ok(None) };
        let arn = balancer.load_balancer_arn.clone().unwrap_or_default();
        match tags::of(cx, std::slice::from_ref(&arn)).await?.remove(&arn) {
            Some(tags) => live(cx, balancer, tags).await,
            None => Ok(None),
        }
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let (inside, outside) = (LoadBalancerSchemeEnum::Internal, LoadBalancerSchemeEnum::InternetFacing);
        let call = cx.elb().create_load_balancer().name(&*self.name).r#type(LoadBalancerTypeEnum::Network);
        let call = call.scheme(if *self.internal { inside } else { outside }).set_tags(Some(tags::sent(cx)));
        let groups = Some(values(&self.security_groups)).filter(|groups| !groups.is_empty());
        call.set_subnets(Some(values(&self.subnets))).set_security_groups(groups).send().await?;
        Ok(self.name.0.clone())
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        let arn = live.outputs.get("arn").ok_or_else(|| Error::unreadable("the load balancer's ARN"))?;
        if changes.touch("subnets") {
            cx.elb().set_subnets().load_balancer_arn(arn).set_subnets(Some(values(&self.subnets))).send().await?;
        }
        if changes.touch("security_groups") || changes.touch("check_private_link") {
            let call = cx.elb().set_security_groups().load_balancer_arn(arn);
            let enforce = self.check_private_link.map(|on| if on { Enforce::On } else { Enforce::Off });
            let call = call.set_enforce_security_group_inbound_rules_on_private_link_traffic(enforce);
            call.set_security_groups(Some(values(&self.security_groups))).send().await?;
        }
        let now = live.spec.attributes();
        let changed: Vec<_> = self.attributes().into_iter().filter(|attribute| !now.contains(attribute)).collect();
        if !changed.is_empty() {
            modify(cx, arn, &changed).await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let arn = live.outputs.get("arn").ok_or_else(|| Error::unreadable("the load balancer's ARN"))?;
        if live.spec.deletion_protection {
            found(modify(cx, arn, &[(DELETION_PROTECTION, "false".into())]).await)?;
        }
        let outcome = cx.elb().delete_load_balancer().load_balancer_arn(arn).send().await.map_err(Error::from);
        found(outcome).map(drop)
    }
}

impl LoadBalancer {
    /// Its attributes: text by key.
    fn attributes(&self) -> Vec<(&'static str, String)> {
        let routing = match self.client_routing {
            ClientRouting::Any => "any_availability_zone",
            ClientRouting::Own => "availability_zone_affinity",
            ClientRouting::MostlyOwn => "partial_availability_zone_affinity",
        };
        let mut attributes = vec![
            (CROSS_ZONE, self.cross_zone.to_string()),
            (DELETION_PROTECTION, self.deletion_protection.to_string()),
            (CLIENT_ROUTING, routing.to_owned()),
            (ZONAL_SHIFT, self.zonal_shift.to_string()),
            (LOGS, self.access_logs.is_some().to_string()),
        ];
        if let Some(logs) = &self.access_logs {
            attributes.extend([(LOGS_BUCKET, logs.bucket.clone()), (LOGS_PREFIX, logs.prefix.clone())]);
        }
        attributes
    }
}

fn values<K>(references: &Set<Ref<K>>) -> Vec<String> {
    references.iter().map(|reference| reference.value().to_owned()).collect()
}

async fn modify(cx: &Cx, arn: &str, attributes: &[(&str, String)]) -> aws::Result<()> {
    let attribute = |(key, value): &(&str, String)| LoadBalancerAttribute::builder().key(*key).value(value).build();
    let attributes = attributes.iter().map(attribute).collect();
    let call = cx.elb().modify_load_balancer_attributes().load_balancer_arn(arn);
    call.set_attributes(Some(attributes)).send().await?;
    Ok(())
}

async fn live(
    cx: &Cx,
    balancer: Description,
    tags: BTreeMap<String, String>,
) -> aws::Result<Option<Live<LoadBalancer>>> {
    let arn = balancer.load_balancer_arn.ok_or_else(|| Error::unreadable("the load balancer's ARN"))?;
    let call = cx.elb().describe_load_balancer_attributes().load_balancer_arn(&arn);
    let Some(answer) = found(call.send().await.map_err(Error::from))? else { return Ok(None) };
    let attributes = answer.attributes.unwrap_or_default();
    let text = |key| attributes.iter().find(|it| it.key() == Some(key)).and_then(|it| it.value()).unwrap_or_default();
    let on = |key| text(key) == "true";
    let zones = balancer.availability_zones.unwrap_or_default().into_iter();
    let groups: Set<Ref<SecurityGroup>> =
        balancer.security_groups.unwrap_or_default().into_iter().map(Ref::existing).collect();
    let enforce = balancer.enforce_security_group_inbound_rules_on_private_link_traffic;
    let name = balancer.load_balancer_name.unwrap_or_default();
    let spec = LoadBalancer {
        name: Fixed(name.clone()),
        internal: Fixed(balancer.scheme == Some(LoadBalancerSchemeEnum::Internal)),
        subnets: zones.filter_map(|zone| zone.subnet_id).map(Ref::existing).collect(),
        check_private_link: Auto((!groups.is_empty()).then(|| enforce.as_deref() != Some("off"))),
        security_groups: groups,
        cross_zone: on(CROSS_ZONE),
        client_routing: match text(CLIENT_ROUTING) {
            "availability_zone_affinity" => ClientRouting::Own,
            "partial_availability_zone_affinity" => ClientRouting::MostlyOwn,
            _ => ClientRouting::Any,
        },
        access_logs: on(LOGS)
            .then(|| AccessLogs { bucket: text(LOGS_BUCKET).to_owned(), prefix: text(LOGS_PREFIX).to_owned() }),
        zonal_shift: on(ZONAL_SHIFT),
        deletion_protection: on(DELETION_PROTECTION),
    };
    let state = balancer.state;
    let status = match state.as_ref().and_then(|state| state.code.as_ref()) {
        Some(LoadBalancerStateEnum::Active | LoadBalancerStateEnum::ActiveImpaired) => Status::Ready,
        Some(LoadBalancerStateEnum::Failed) => {
            let reason = state.and_then(|state| state.reason);
            Status::Failed(reason.unwrap_or_else(|| "the load balancer could not be set up".into()))
        }
        Some(other) => Status::Pending(other.as_str().to_owned()),
        None => Status::Pending("provisioning".into()),
    };
    let protected = spec.deletion_protection;
    let mut live = Live::new(name, spec).output("arn", arn).tagged(cx, tags).status(status);
    for (output, value) in [("dns_name", balancer.dns_name), ("zone_id", balancer.canonical_hosted_zone_id)] {
        if let Some(value) = value {
            live = live.output(output, value);
        }
    }
    Ok(Some(live.holds_data(protected)))
}
