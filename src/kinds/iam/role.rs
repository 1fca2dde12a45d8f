//! `iam/role`: a role with its trust, inline and managed policies, found by its name (AWS.md §2.1).

use crate::aws::{self, Cx, Error, Tagging, found};
use crate::resource::{Actions, Auto, Changes, Fixed, Kind, Live, Named, Place, Policy, Retry, Set, Verb};
use aws_sdk_iam::types::{AttachedPolicy, EntityType, Role as Found, RoleDetail, Tag};
use futures::future::try_join_all;
use futures::try_join;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// A role with its trust, inline and managed policies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// 1 to 64 of `a-z A-Z 0-9 _ + = , . @ -`; unique in the account.
    pub name: Fixed<String>,
    /// Begins and ends with `/`; left out, `/aqueduct/<stack>/<region>/`.
    #[serde(default)]
    pub path: Fixed<Auto<String>>,
    /// Who may assume it; at most 2048 characters.
    pub trust: Policy,
    /// Its own policies by name; at most 10,240 characters together.
    #[serde(default)]
    pub inline: BTreeMap<String, Policy>,
    /// The ARNs of managed policies; at most 10.
    #[serde(default)]
    pub managed: Set<String>,
    /// At most 1000 characters.
    #[serde(default)]
    pub description: String,
    /// How long a session may last, 3600 to 43200 seconds.
    #[serde(default = "hour")]
    pub max_session_seconds: i32,
    /// The ARN of the managed policy that bounds its permissions.
    #[serde(default)]
    pub permissions_boundary: Option<String>,
}

fn hour() -> i32 {
    3600
}

impl Role {
    /// A role that `trust` may assume, without permissions, else as AWS makes it by default.
    pub fn new(name: impl Into<String>, trust: Policy) -> Self {
        Self {
            name: Fixed(name.into()),
            path: Fixed(Auto(None)),
            trust,
            inline: BTreeMap::new(),
            managed: Set::default(),
            description: String::new(),
            max_session_seconds: hour(),
            permissions_boundary: None,
        }
    }
}

impl Named for Role {
    const NAME: &'static str = "iam/role";
}

/// What IAM says of a policy that names a role which it does not know everywhere yet (AWS.md §0.3).
const NEW_PRINCIPAL: Retry =
    Retry { code: "MalformedPolicyDocument", message: "Invalid principal", during: Duration::from_secs(120) };
/// How many managed policies a role may have, and how long its inline policies may be together.
const MOST_MANAGED: usize = 10;
const LONGEST_INLINE: usize = 10_240;

impl Kind for Role {
    const OUTPUTS: &'static [&'static str] = &["arn", "unique_id"];
    const TAGGING: Tagging = Tagging::IamRole;
    const ACTIONS: Actions = Actions {
        read: &[
            "iam:GetAccountAuthorizationDetails",
            "iam:ListRoles",
            "iam:GetRole",
            "iam:ListRolePolicies",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
        ],
        create: &["iam:CreateRole", "iam:TagRole"],
        update: &[
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
            "iam:PutRolePermissionsBoundary",
            "iam:DeleteRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:DeleteRolePolicy",
            "iam:AttachRolePolicy",
            "iam:DetachRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
        ],
        delete: &[
            "iam:ListInstanceProfilesForRole",
            "iam:RemoveRoleFromInstanceProfile",
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
            "iam:DeleteRole",
        ],
        dependent: &[],
    };
    const RETRY: &'static [Retry] = &[NEW_PRINCIPAL];

    fn arns(&self, place: &Place, verb: Verb) -> Vec<String> {
        let path = self.path.0.0.clone().unwrap_or_else(|| place.iam_path());
        // Of what is not there IAM knows no path.
        let absent = (verb == Verb::Read).then(|| place.iam(format!("role/{}", *self.name)));
        // Those that a role may be in.
        let profiles = place.iam(format!("instance-profile{}*", place.iam_path()));
        [place.iam(format!("role{path}{}", *self.name)), profiles].into_iter().chain(absent).collect()
    }

    fn natural_id(&self) -> Option<String> {
        Some(self.name.0.clone())
    }

    async fn list(cx: &Cx) -> aws::Result<Vec<Live<Self>>> {
        let (details, listed) = try_join!(details(cx), listed(cx))?;
        let owned = details.into_iter().map(|detail| {
            let name = detail.role_name.clone().unwrap_or_default();
            let (listed, name) = (listed.get(&name), name);
            async move {
                // The details leave out what the listing has, and the listing ends where the stack's path does.
                let role = match listed {
                    Some(role) => role.clone(),
                    None => match get(cx, &name).await? {
                        Some(role) => role,
                        None => return Ok(None),
                    },
                };
                let inline = detail.role_policy_list.unwrap_or_default().into_iter();
                let inline = inline.map(|policy| Some((policy.policy_name?, policy.policy_document?)));
                let managed = arns(detail.attached_managed_policies.unwrap_or_default());
                let boundary = detail.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn);
                let tags = detail.tags.unwrap_or_default();
                live(cx, role, inline.flatten().collect(), managed, boundary, tags).map(Some)
            }
        });
        Ok(try_join_all(owned).await?.into_iter().flatten().collect())
    }

    async fn read(cx: &Cx, id: &str) -> aws::Result<Option<Live<Self>>> {
        let Some((role, names, managed)) = found(try_join!(must_get(cx, id), inline_names(cx, id), managed(cx, id)))?
        else {
            return Ok(None);
        };
        let documents = names.into_iter().map(|name| async move {
            let call = cx.iam().get_role_policy().role_name(id).policy_name(&name);
            let answer = call.send().await.map_err(Error::from)?;
            Ok((name, answer.policy_document))
        });
        let Some(inline) = found(try_join_all(documents).await)? else { return Ok(None) };
        let boundary = role.permissions_boundary.clone().and_then(|boundary| boundary.permissions_boundary_arn);
        let tags = role.tags.clone().unwrap_or_default();
        live(cx, role, inline, managed, boundary, tags).map(Some)
    }

    async fn create(&self, cx: &Cx) -> aws::Result<String> {
        let tags: Result<Vec<Tag>, _> =
            cx.tags().iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let path = self.path.0.0.clone().unwrap_or_else(|| cx.iam_path());
        let call = cx.iam().create_role().role_name(&*self.name).path(path).set_tags(Some(tags?));
        let call = call.assume_role_policy_document(self.trust.to_json());
        let call = call.set_description(Some(self.description.clone()).filter(|text| !text.is_empty()));
        let call = call.max_session_duration(self.max_session_seconds);
        call.set_permissions_boundary(self.permissions_boundary.clone()).send().await?;
        Ok(self.name.0.clone())
    }

    async fn update(&self, cx: &Cx, live: &Live<Self>, changes: &Changes) -> aws::Result<()> {
        let (name, iam) = (live.id.as_str(), cx.iam());
        if changes.touch("trust") {
            let call = iam.update_assume_role_policy().role_name(name);
            call.policy_document(self.trust.to_json()).send().await?;
        }
        if changes.touch("description") || changes.touch("max_session_seconds") {
            let call = iam.update_role().role_name(name).description(&self.description);
            call.max_session_duration(self.max_session_seconds).send().await?;
        }
        if changes.touch("permissions_boundary") {
            match &self.permissions_boundary {
                Some(arn) => {
                    let call = iam.put_role_permissions_boundary().role_name(name);
                    call.permissions_boundary(arn).send().await?;
                }
                None => {
                    let call = iam.delete_role_permissions_boundary().role_name(name).send();
                    found(call.await.map_err(Error::from))?;
                }
            }
        }
        // What is new comes first, so that nothing is forbidden in between, unless there is no room for both.
        if self.crowded_with(&live.spec) {
            self.withdraw(cx, live).await?;
            self.grant(cx, live).await
        } else {
            self.grant(cx, live).await?;
            self.withdraw(cx, live).await
        }
    }

    async fn delete(cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        found(emptied_and_deleted(cx, &live.id).await).map(drop)
    }
}

impl Role {
    fn crowded_with(&self, live: &Self) -> bool {
        let inline: BTreeMap<_, _> = live.inline.iter().chain(&self.inline).collect();
        let length: usize = inline.values().map(|policy| policy.to_json().len()).sum();
        let fresh = self.managed.iter().filter(|arn| !live.managed.contains(arn)).count();
        length > LONGEST_INLINE || live.managed.len() + fresh > MOST_MANAGED
    }

    async fn grant(&self, cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        for (name, policy) in &self.inline {
            if live.spec.inline.get(name) != Some(policy) {
                let call = cx.iam().put_role_policy().role_name(&live.id).policy_name(name);
                call.policy_document(policy.to_json()).send().await?;
            }
        }
        for arn in self.managed.iter().filter(|arn| !live.spec.managed.contains(arn)) {
            cx.iam().attach_role_policy().role_name(&live.id).policy_arn(arn).send().await?;
        }
        Ok(())
    }

    async fn withdraw(&self, cx: &Cx, live: &Live<Self>) -> aws::Result<()> {
        for name in live.spec.inline.keys().filter(|name| !self.inline.contains_key(*name)) {
            drop_inline(cx, &live.id, name).await?;
        }
        for arn in live.spec.managed.iter().filter(|arn| !self.managed.contains(arn)) {
            drop_managed(cx, &live.id, arn).await?;
        }
        Ok(())
    }
}

/// The stack's roles with their policies and tags. Ours are few, but no filter knows tags.
async fn details(cx: &Cx) -> aws::Result<Vec<RoleDetail>> {
    let call = cx.iam().get_account_authorization_details().filter(EntityType::Role).max_items(1000);
    let mut pages = call.into_paginator().send();
    let mut ours = vec![];
    while let Some(page) = pages.next().await {
        let all = page?.role_detail_list.unwrap_or_default().into_iter();
        ours.extend(
            all.filter(|detail| cx.owner(Role::NAME, &pairs(detail.tags.clone().unwrap_or_default())).is_some()),
        );
    }
    Ok(ours)
}

/// The roles below the stack's path, by name: with description and longest session, without policies and tags.
async fn listed(cx: &Cx) -> aws::Result<HashMap<String, Found>> {
    let mut pages = cx.iam().list_roles().path_prefix(cx.iam_path()).max_items(1000).into_paginator().send();
    let mut roles = HashMap::new();
    while let Some(page) = pages.next().await {
        roles.extend(page?.roles.into_iter().map(|role| (role.role_name.clone(), role)));
    }
    Ok(roles)
}

async fn get(cx: &Cx, name: &str) -> aws::Result<Option<Found>> {
    found(must_get(cx, name).await)
}

async fn must_get(cx: &Cx, name: &str) -> aws::Result<Found> {
    let answer = cx.iam().get_role().role_name(name).send().await?;
    answer.role.ok_or_else(|| Error::unreadable("the role"))
}

async fn inline_names(cx: &Cx, name: &str) -> aws::Result<Vec<String>> {
    let mut pages = cx.iam().list_role_policies().role_name(name).into_paginator().send();
    let mut names = vec![];
    while let Some(page) = pages.next().await {
        names.extend(page?.policy_names);
    }
    Ok(names)
}

async fn managed(cx: &Cx, name: &str) -> aws::Result<Set<String>> {
    let mut pages = cx.iam().list_attached_role_policies().role_name(name).into_paginator().send();
    let mut policies = vec![];
    while let Some(page) = pages.next().await {
        policies.extend(page?.attached_policies.unwrap_or_default());
    }
    Ok(arns(policies))
}

fn arns(policies: Vec<AttachedPolicy>) -> Set<String> {
    policies.into_iter().filter_map(|policy| policy.policy_arn).collect()
}

pub(super) fn pairs(tags: Vec<Tag>) -> BTreeMap<String, String> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

fn live(
    cx: &Cx,
    role: Found,
    inline: Vec<(String, String)>,
    managed: Set<String>,
    permissions_boundary: Option<String>,
    tags: Vec<Tag>,
) -> aws::Result<Live<Role>> {
    let trust = role.assume_role_policy_document.unwrap_or_default();
    let inline = inline.into_iter().map(|(name, document)| Ok((name, policy(&document)?)));
    let spec = Role {
        name: Fixed(role.role_name.clone()),
        path: Fixed(Auto(Some(role.path))),
        trust: policy(&trust)?,
        inline: inline.collect::<aws::Result<_>>()?,
        managed,
        description: role.description.unwrap_or_default(),
        max_session_seconds: role.max_session_duration.unwrap_or_else(hour),
        permissions_boundary,
    };
    let live = Live::new(role.role_name, spec).output("arn", role.arn).output("unique_id", role.role_id);
    Ok(live.tagged(cx, pairs(tags)))
}

/// A document as IAM sends it, percent-encoded (AWS.md §2.1).
fn policy(encoded: &str) -> aws::Result<Policy> {
    let text = percent_decode_str(encoded).decode_utf8_lossy();
    Policy::parse(&text).ok_or_else(|| Error::unreadable("a policy document"))
}

async fn drop_inline(cx: &Cx, role: &str, name: &str) -> aws::Result<()> {
    let call = cx.iam().delete_role_policy().role_name(role).policy_name(name).send();
    found(call.await.map_err(Error::from)).map(drop)
}

async fn drop_managed(cx: &Cx, role: &str, arn: &str) -> aws::Result<()> {
    let call = cx.iam().detach_role_policy().role_name(role).policy_arn(arn).send();
    found(call.await.map_err(Error::from)).map(drop)
}

async fn emptied_and_deleted(cx: &Cx, name: &str) -> aws::Result<()> {
    let mut pages = cx.iam().list_instance_profiles_for_role().role_name(name).into_paginator().send();
    while let Some(page) = pages.next().await {
        for profile in page?.instance_profiles {
            let call = cx.iam().remove_role_from_instance_profile().role_name(name);
            let call = call.instance_profile_name(profile.instance_profile_name).send();
            found(call.await.map_err(Error::from))?;
        }
    }
    for policy in inline_names(cx, name).await? {
        drop_inline(cx, name, &policy).await?;
    }
    for arn in managed(cx, name).await?.iter() {
        drop_managed(cx, name, arn).await?;
    }
    cx.iam().delete_role().role_name(name).send().await?;
    Ok(())
}
