//! `iam/instance-profile`: an instance profile.

use crate::resource::Named;

/// An instance profile.
#[derive(Clone, Debug)]
pub struct InstanceProfile;

impl Named for InstanceProfile {
    const NAME: &'static str = "iam/instance-profile";
}
