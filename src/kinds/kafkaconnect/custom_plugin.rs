//! `kafkaconnect/custom-plugin`: an MSK Connect custom plugin.

use crate::resource::Named;

/// An MSK Connect custom plugin.
#[derive(Clone, Debug)]
pub struct CustomPlugin;

impl Named for CustomPlugin {
    const NAME: &'static str = "kafkaconnect/custom-plugin";
}
