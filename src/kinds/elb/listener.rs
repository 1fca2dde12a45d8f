//! `elb/listener`: a port of a network load balancer (API model of 2015-12-01).

use super::load_balancer::LoadBalancer;
use super::tags;
use super::target_group::{Protocol, TargetGroup};
use crate::aws::{self, Class, Cx, Error, Tagging, found};
use crate::resource::{Actions, Arn, Changes, Fixed, Kind, Live, Named, Place, Ref, Verb};
use aws_sdk_elasticloadbalancingv2::types::{Action, ActionTypeEnum, Listener as Description};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

/// A port of a network load balancer that forwards to a target group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// The load balancer.
    pub load_balancer: Fixed<Ref<LoadBalancer, Arn>>,
    /// 1 to 65535; unique on the load balancer.
    pub port: i32,
    /// What it takes; that of the target group.
    #[serde(default)]
    pub protocol: Protocol,
    /// Where it forwards to.
    pub target_group: Ref<TargetGroup, Arn>,
}

impl Named for Listener {
    const NAME: &'static str = "elb/listener";
}

impl Kind for Listener {
    const TAGGING: Tagging = Tagging::LoadBalancing;
    const ACTIONS: Actions = Actions {
        read: &["elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeTags"],
        create: &["elasticloadbalancing:CreateListener", "elasticloadbalancing:AddTags"],
        update: &[
            "elasticloadbalancing:ModifyListener",
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:RemoveTags",
        ],
        delete: &["elasticloadbalancing:DeleteListener"],
        dependent: &[],
    };

    /// A target group belongs to one load balancer at a time.
    fn claim(&self) -> Option<String> {
        Some(self.target_group.value().to_owned())
    }

    fn arns(&self, _: &Place, _: Verb) -> Vec<String> {
        let load_balancer = self.load_balancer.value();
        vec![load_balancer.replacen(":loadbalancer/", ":listener/", 1), load_balancer.to_owned()]
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let balancers = cx.listed::<LoadBalancer>().await?;
        let listeners = balancers.iter().filter_map(|balancer| Some(of_balancer(cx, balancer.outputs.get("arn")?)));
        let listeners: Vec<Description> = try_join_all(listeners).await?.into_iter().flatten().collect();
        live(cx, listeners).await
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let answer = cx.elb().describe_listeners().listener_arns(id).send().await.map_err(Error::from);
        let listeners = found(answer)?.and_then(|answer| answer.listeners).unwrap_or_default();
        Ok(live(cx, listeners).await?.pop())
    }

    async fn lookalikes(&self, cx: &Cx) -> aws::Result<Vec<String>> {
        let there = of_balancer(cx, self.load_balancer.value()).await?.into_iter();
        Ok(there.filter(|one| one.port == Some(self.port)).filter_map(|one| one.listener_arn).collect())
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let call = cx.elb().create_listener().load_balancer_arn(self.load_balancer.value()).port(self.port);
        let call = call.protocol(self.protocol.sent()).default_actions(self.action()).set_tags(Some(tags::sent(cx)));
        let listeners = match call.send().await.map_err(Error::from) {
            Err(error) if error.class == Class::AlreadyExists => return self.made_before(cx, error).await,
            other => other?.listeners,
        };
        let arn = listeners.and_then(|listeners| listeners.into_iter().next()?.listener_arn);
        arn.ok_or_else(|| Error::unreadable("the listener's ARN"))
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, _: &Changes) -> aws::Result<()> {
        let call = cx.elb().modify_listener().listener_arn(&live.id).port(self.port);
        call.protocol(self.protocol.sent()).default_actions(self.action()).send().await?;
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let outcome = cx.elb().delete_listener().listener_arn(&live.id).send().await.map_err(Error::from);
        found(outcome).map(drop)
    }
}

impl Listener {
    fn action(&self) -> Action {
        Action::builder().r#type(ActionTypeEnum::Forward).target_group_arn(self.target_group.value()).build()
    }

    /// The ARN of the listener on the port, when a creation whose answer was lost has made it; there are no client
    /// tokens. Until it can be read, the refusal passes by itself.
    async fn made_before(&self, cx: &Cx, refused: Error) -> aws::Result<String> {
        let there = of_balancer(cx, self.load_balancer.value()).await?;
        let arn = there.into_iter().find(|listener| listener.port == Some(self.port)).and_then(|it| it.listener_arn);
        let Some(arn) = arn else { return Err(Error { class: Class::Busy, ..refused }) };
        let tags = tags::of(cx, std::slice::from_ref(&arn)).await?.remove(&arn).unwrap_or_default();
        let ours = cx.owner(Self::NAME, &tags).as_deref() == Some(cx.acting_name());
        if ours { Ok(arn) } else { Err(refused) }
    }
}

async fn of_balancer(cx: &Cx, arn: &str) -> aws::Result<Vec<Description>> {
    let mut pages = cx.elb().describe_listeners().load_balancer_arn(arn).into_paginator().send();
    let mut listeners = vec![];
    while let Some(page) = pages.next().await {
        let Some(page) = found(page.map_err(Error::from))? else { break };
        listeners.extend(page.listeners.unwrap_or_default());
    }
    Ok(listeners)
}

async fn live(cx: &Cx, listeners: Vec<Description>) -> aws::Result<Vec<Live<Listener>>> {
    let arns: Vec<String> = listeners.iter().filter_map(|listener| listener.listener_arn.clone()).collect();
    let mut tags = tags::of(cx, &arns).await?;
    let there = listeners.into_iter().filter_map(|listener| {
        let tags = tags.remove(listener.listener_arn.as_ref()?)?;
        Some(one(listener).map(|live| live.tagged(cx, tags)))
    });
    there.collect()
}

fn one(listener: Description) -> aws::Result<Live<Listener>> {
    let arn = listener.listener_arn.ok_or_else(|| Error::unreadable("the listener's ARN"))?;
    let action = listener.default_actions.unwrap_or_default().into_iter().next();
    let target = action.and_then(|action| {
        let forward = action.forward_config.and_then(|forward| forward.target_groups?.into_iter().next());
        action.target_group_arn.or_else(|| forward?.target_group_arn)
    });
    let spec = Listener {
        load_balancer: Fixed(Ref::existing(listener.load_balancer_arn.unwrap_or_default())),
        port: listener.port.unwrap_or_default(),
        protocol: Protocol::read(listener.protocol.as_ref(), &arn)?,
        target_group: Ref::existing(target.unwrap_or_default()),
    };
    Ok(Live::new(arn.clone(), spec).output("arn", arn))
}
