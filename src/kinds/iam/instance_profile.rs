//! `iam/instance-profile`: what gives a role to an instance, found by its name (AWS.md §2.3).

use super::role::{Role, pairs};
use crate::aws::{self, Cx, Error, Tagging, found};
use crate::resource::{Actions, Auto, Changes, Dependent, Fixed, Kind, Live, Named, Place, Ref, Verb};
use aws_sdk_iam::types::{InstanceProfile as Found, Tag};
use futures::future::try_join_all;
use futures::try_join;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An instance profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceProfile {
    /// 1 to 128 of `a-z A-Z 0-9 _ + = , . @ -`; unique in the account.
    pub name: Fixed<String>,
    /// Begins and ends with `/`; left out, `/aqueduct/<stack>/<region>/`.
    #[serde(default)]
    pub path: Fixed<Auto<String>>,
    /// The role that instances with it have.
    pub role: Ref<Role>,
}

impl Named for InstanceProfile {
    const NAME: &'static str = "iam/instance-profile";
}

impl Kind for InstanceProfile {
    const OUTPUTS: &'static [&'static str] = &["arn", "unique_id"];
    const TAGGING: Tagging = Tagging::IamInstanceProfile;
    const ACTIONS: Actions = Actions {
        read: &["iam:ListInstanceProfiles", "iam:GetInstanceProfile"],
        create: &["iam:CreateInstanceProfile", "iam:TagInstanceProfile"],
        update: &[
            "iam:AddRoleToInstanceProfile",
            "iam:RemoveRoleFromInstanceProfile",
            "iam:TagInstanceProfile",
            "iam:UntagInstanceProfile",
        ],
        delete: &["iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"],
        dependent: &[Dependent::pass_role("ec2.amazonaws.com", Verb::WRITE)],
    };

    fn arns(&self, place: &Place, verb: Verb) -> Vec<String> {
        let path = self.path.0.0.clone().unwrap_or_else(|| place.iam_path());
        // Of what is not there IAM knows no path.
        let absent = (verb == Verb::Read).then(|| place.iam(format!("instance-profile/{}", *self.name)));
        [place.iam(format!("instance-profile{path}{}", *self.name))].into_iter().chain(absent).collect()
    }

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        // Listings have no tags: only those that may well be ours are looked at one by one.
        let (profiles, roles) = try_join!(all(cx), cx.listed::<Role>())?;
        let roles: BTreeSet<&str> = roles.iter().map(|role| role.id.as_str()).collect();
        let wanted: BTreeSet<String> = cx.wanted::<Self>().into_iter().map(|(_, spec)| spec.name.0).collect();
        let path = cx.iam_path();
        let likely = profiles.iter().filter(|profile| {
            let ours = profile.roles.iter().any(|role| roles.contains(role.role_name.as_str()));
            ours || profile.path.starts_with(&path) || wanted.contains(&profile.instance_profile_name)
        });
        let found = try_join_all(likely.map(|profile| Self::read(cx, &profile.instance_profile_name))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let answer = cx.iam().get_instance_profile().instance_profile_name(id).send().await.map_err(Error::from);
        let Some(answer) = found(answer)? else { return Ok(None) };
        let profile = answer.instance_profile.ok_or_else(|| Error::unreadable("the instance profile"))?;
        let role = profile.roles.into_iter().next().map(|role| role.role_name);
        let spec = Self {
            name: Fixed(profile.instance_profile_name),
            path: Fixed(Auto(Some(profile.path))),
            role: Ref::existing(role.unwrap_or_default()),
        };
        let live = Live::new(id, spec).output("arn", profile.arn).output("unique_id", profile.instance_profile_id);
        Ok(Some(live.tagged(cx, pairs(profile.tags.unwrap_or_default()))))
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let tags: Result<Vec<Tag>, _> =
            cx.tags().iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let path = self.path.0.0.clone().unwrap_or_else(|| cx.iam_path());
        let call = cx.iam().create_instance_profile().instance_profile_name(&*self.name);
        call.path(path).set_tags(Some(tags?)).send().await?;
        Ok(self.name.0.clone())
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        if changes.touch("role") {
            remove_role(cx, live).await?;
            let call = cx.iam().add_role_to_instance_profile().instance_profile_name(&live.id);
            call.role_name(self.role.value()).send().await?;
        }
        Ok(())
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        let Some(live) = Self::read(cx, &live.id).await? else { return Ok(()) };
        remove_role(cx, &live).await?;
        let call = cx.iam().delete_instance_profile().instance_profile_name(&live.id).send();
        found(call.await.map_err(Error::from)).map(drop)
    }
}

async fn all(cx: &Cx) -> aws::Result<Vec<Found>> {
    let mut pages = cx.iam().list_instance_profiles().max_items(1000).into_paginator().send();
    let mut all = vec![];
    while let Some(page) = pages.next().await {
        all.extend(page?.instance_profiles);
    }
    Ok(all)
}

async fn remove_role(cx: &Cx, live: &Live<InstanceProfile>) -> aws::Result<()> {
    if live.spec.role.value().is_empty() {
        return Ok(());
    }
    let call = cx.iam().remove_role_from_instance_profile().instance_profile_name(&live.id);
    found(call.role_name(live.spec.role.value()).send().await.map_err(Error::from)).map(drop)
}
