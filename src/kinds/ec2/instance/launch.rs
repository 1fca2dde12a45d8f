//! Launching instances.

use super::{Instance, RootVolume, profile};
use crate::aws::{self, Class, Cx, Error};
use crate::kinds::ec2::tags;
use crate::resource::Initial;
use aws_sdk_ec2::operation::run_instances::builders::RunInstancesFluentBuilder;
use aws_sdk_ec2::types::{
    BlockDeviceMapping, CreditSpecificationRequest, EbsBlockDevice, InstanceNetworkInterfaceSpecification,
    InstanceType, ResourceType, RunInstancesMonitoringEnabled, ShutdownBehavior, VolumeType,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// Where the public parameters of Amazon Linux are.
const AMAZON_LINUX: &str = "/aws/service/ami-amazon-linux-latest/";
/// The root device of every image of Amazon Linux.
const AMAZON_LINUX_DEVICE: &str = "/dev/xvda";

impl Instance {
    /// The launch, all but its token.
    pub(super) async fn launch(&self, cx: &Cx) -> aws::Result<RunInstancesFluentBuilder> {
        let image = match (self.image.as_ref(), self.image_parameter.as_ref()) {
            (Some(image), _) => image.clone(),
            (None, Some(parameter)) => format!("resolve:ssm:{parameter}"),
            (None, None) => {
                let message = "an instance needs either `image` or `image_parameter`";
                return Err(Error::new("MissingParameter", message, Class::Invalid));
            }
        };
        let tagged = [ResourceType::Instance, ResourceType::Volume, ResourceType::NetworkInterface];
        let tagged = tagged.into_iter().map(|resource| tags::specification(cx, resource)).collect();
        let shutdown = if self.terminate_on_shutdown { ShutdownBehavior::Terminate } else { ShutdownBehavior::Stop };
        let profile = self.instance_profile.as_ref().map(profile);
        let credits =
            self.cpu_credits.as_ref().map(|credits| CreditSpecificationRequest::builder().cpu_credits(credits).build());
        let call = cx.ec2().run_instances().min_count(1).max_count(1).image_id(image);
        let call = call.instance_type(InstanceType::from(self.instance_type.as_str()));
        let call = call.set_iam_instance_profile(profile).set_key_name(self.key_pair.0.clone());
        let call = call.set_user_data(self.user_data.as_ref().map(|text| BASE64_STANDARD.encode(text)));
        let call = call.set_block_device_mappings(self.mapping(cx).await?.map(|mapping| vec![mapping]));
        let call = call.metadata_options(self.metadata.request()).set_credit_specification(credits);
        let call = call.monitoring(RunInstancesMonitoringEnabled::builder().enabled(self.monitoring).build());
        let call = call.set_ebs_optimized(*self.ebs_optimized).disable_api_termination(self.termination_protection);
        let call = call.instance_initiated_shutdown_behavior(shutdown).set_tag_specifications(Some(tagged));
        let call = self.with_options(call);
        // Whether it gets a public address can only be said of an interface, and then all else of
        // the interface must be said there, too.
        Ok(match *self.assign_public_ip {
            None => call
                .subnet_id(self.subnet.value())
                .set_security_group_ids(Some(self.groups()))
                .set_private_ip_address(self.private_ip.0.0.clone()),
            Some(public) => {
                let interface = InstanceNetworkInterfaceSpecification::builder().device_index(0);
                let interface = interface.subnet_id(self.subnet.value()).set_groups(Some(self.groups()));
                let interface = interface.set_private_ip_address(self.private_ip.0.0.clone());
                let interface = interface.associate_public_ip_address(public).delete_on_termination(true);
                call.network_interfaces(interface.build())
            }
        })
    }

    /// What a launch says about the root volume; nothing when the image has its way.
    async fn mapping(&self, cx: &Cx) -> aws::Result<Option<BlockDeviceMapping>> {
        let root = &self.root_volume;
        if (RootVolume { device: Initial(None), ..root.clone() }) == RootVolume::default() {
            return Ok(None);
        }
        let volume = EbsBlockDevice::builder().delete_on_termination(true).set_volume_size(*root.size);
        let volume = volume.set_volume_type(root.volume_type.as_ref().map(|name| VolumeType::from(name.as_str())));
        let volume = volume.set_iops(*root.iops).set_throughput(*root.throughput).set_encrypted(**root.encrypted);
        let volume = volume.set_kms_key_id(root.kms_key.0.0.clone()).build();
        let device = self.root_device(cx).await?;
        Ok(Some(BlockDeviceMapping::builder().device_name(device).ebs(volume).build()))
    }

    /// The name of the image's root device: a mapping of any other adds a second volume.
    async fn root_device(&self, cx: &Cx) -> aws::Result<String> {
        if let Some(device) = self.root_volume.device.as_ref() {
            return Ok(device.clone());
        }
        if let Some(image) = self.image.as_ref() {
            let images = cx.ec2().describe_images().image_ids(image).send().await?.images.unwrap_or_default();
            let device = images.into_iter().find_map(|image| image.root_device_name);
            return device.ok_or_else(|| Error::unreadable(format_args!("the root device of {image}")));
        }
        // Only a launch resolves parameters, and it wants the device's name.
        let parameter = self.image_parameter.0.as_deref().unwrap_or_default();
        if parameter.starts_with(AMAZON_LINUX) {
            return Ok(AMAZON_LINUX_DEVICE.into());
        }
        let message = format!(
            "the root device of the image that {parameter} names is not known: say it in `root_volume.device`, \
             such as /dev/sda1, or give the image by its id"
        );
        Err(Error::new("MissingParameter", message, Class::Invalid))
    }
}
