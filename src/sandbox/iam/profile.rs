//! Instance profiles.

use super::State;
use super::input::{
    absent, add_tags, conflict, exists, name, page, path, path_prefix, quota, remove_tags, tag_list, tags,
};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::operation::Operation;
use crate::tags::Tags;
use crate::time::iso8601_seconds;
use crate::wire::{Params, Xml};
use serde::{Deserialize, Serialize};

/// An instance profile.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Profile {
    /// Unique in the account.
    pub name: String,
    /// `AIPA..`
    pub id: String,
    /// With path and name.
    pub arn: String,
    /// Begins and ends with `/`.
    pub path: String,
    /// When it was created, in milliseconds of virtual time since the epoch.
    pub created: u64,
    /// The name of its role.
    pub role: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateInstanceProfile", create_instance_profile),
    Operation::read("GetInstanceProfile", get_instance_profile),
    Operation::read("ListInstanceProfiles", list_instance_profiles),
    Operation::read("ListInstanceProfilesForRole", list_instance_profiles_for_role),
    Operation::write("AddRoleToInstanceProfile", add_role_to_instance_profile),
    Operation::write("RemoveRoleFromInstanceProfile", remove_role_from_instance_profile),
    Operation::write("DeleteInstanceProfile", delete_instance_profile),
    Operation::write("TagInstanceProfile", tag_instance_profile),
    Operation::write("UntagInstanceProfile", untag_instance_profile),
    Operation::read("ListInstanceProfileTags", list_instance_profile_tags),
];

const MOST_PROFILES: usize = 1000;

impl Profile {
    /// What GetInstanceProfile shows, or the part of it that listings do.
    pub(super) fn xml(&self, iam: &State, listed: bool) -> Xml {
        let role = self.role.as_ref().and_then(|name| iam.roles.get(name));
        let xml = Xml::new()
            .text("Path", &self.path)
            .text("InstanceProfileName", &self.name)
            .text("InstanceProfileId", &self.id)
            .text("Arn", &self.arn)
            .text("CreateDate", iso8601_seconds(self.created))
            .list("Roles", "member", role.map(|role| role.xml(true)));
        if listed { xml } else { xml.append(tag_list(&self.tags)) }
    }
}

fn of<'a>(account: &'a mut Account, params: &Params) -> Result<&'a mut Profile, Fault> {
    let name = name(params, "InstanceProfileName", 128)?;
    let missing = || absent(format!("Instance Profile {name} cannot be found."));
    account.iam.profiles.get_mut(&name).ok_or_else(missing)
}

fn create_instance_profile(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let (name, path, tags) = (name(&params, "InstanceProfileName", 128)?, path(&params)?, tags(&params)?);
    params.finish()?;
    if account.iam.profiles.keys().any(|other| other.eq_ignore_ascii_case(&name)) {
        return Err(exists(format!("Instance Profile {name} already exists.")));
    }
    if account.iam.profiles.len() >= MOST_PROFILES {
        return Err(quota("InstanceProfilesPerAccount", MOST_PROFILES));
    }
    let profile = Profile {
        id: format!("AIPA{}", account.ids.base32(17)),
        arn: format!("arn:aws:iam::{}:instance-profile{path}{name}", account.id),
        path,
        created: call.now,
        role: None,
        tags,
        name,
    };
    let answer = Answer::xml(Xml::new().element("InstanceProfile", profile.xml(&account.iam, false)));
    account.iam.profiles.insert(profile.name.clone(), profile);
    Ok(answer)
}

fn get_instance_profile(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let profile = of(account, &call.params())?.clone();
    Ok(Answer::xml(Xml::new().element("InstanceProfile", profile.xml(&account.iam, false))))
}

fn list(account: &Account, params: &Params, fits: impl Fn(&Profile) -> bool) -> Result<Answer, Fault> {
    let profiles = account.iam.profiles.values().filter(|profile| fits(profile)).collect();
    let (profiles, end) = page(params, profiles, |profile: &&Profile| profile.name.clone())?;
    let profiles = profiles.into_iter().map(|profile| profile.xml(&account.iam, true));
    Ok(Answer::xml(Xml::new().list("InstanceProfiles", "member", profiles).append(end)))
}

fn list_instance_profiles(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let prefix = path_prefix(&params)?;
    list(account, &params, |profile| profile.path.starts_with(&prefix))
}

fn list_instance_profiles_for_role(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let role = super::role::of(account, &params)?.name.clone();
    list(account, &params, |profile| profile.role.as_ref() == Some(&role))
}

fn add_role_to_instance_profile(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    of(account, &params)?;
    let role = super::role::of(account, &params)?.name.clone();
    params.finish()?;
    let profile = of(account, &params)?;
    if profile.role.is_some() {
        return Err(quota("InstanceSessionsPerInstanceProfile", 1));
    }
    profile.role = Some(role);
    Ok(Answer::empty())
}

fn remove_role_from_instance_profile(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let role = name(&params, "RoleName", 64)?;
    let profile = of(account, &params)?;
    params.finish()?;
    if profile.role.as_ref() != Some(&role) {
        return Err(absent(format!("The role with name {role} cannot be found.")));
    }
    profile.role = None;
    Ok(Answer::empty())
}

fn delete_instance_profile(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let profile = of(account, &params)?;
    params.finish()?;
    if profile.role.is_some() {
        return Err(conflict("Cannot delete entity, must remove roles from instance profile first."));
    }
    let name = profile.name.clone();
    account.iam.profiles.remove(&name);
    Ok(Answer::empty())
}

fn tag_instance_profile(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let more = tags(&params)?;
    let profile = of(account, &params)?;
    params.finish()?;
    add_tags(&mut profile.tags, more)?;
    Ok(Answer::empty())
}

fn untag_instance_profile(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let keys: Vec<String> = params.list("TagKeys")?;
    let profile = of(account, &params)?;
    params.finish()?;
    remove_tags(&mut profile.tags, &keys);
    Ok(Answer::empty())
}

fn list_instance_profile_tags(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let tags = of(account, &params)?.tags.clone().into_iter().collect();
    let (tags, end) = page(&params, tags, |(key, _): &(String, String)| key.clone())?;
    Ok(Answer::xml(tag_list(&tags.into_iter().collect()).append(end)))
}
