//! What a launch may ask for beyond the machine itself: its processor, its hardware, its names and its recovery.

use super::Instance;
use crate::aws::{self, Cx};
use crate::kinds::ec2::subnet::HostnameType;
use crate::kinds::ec2::vpc::Tenancy;
use crate::resource::{Auto, Changes};
use aws_sdk_ec2::operation::run_instances::builders::RunInstancesFluentBuilder;
use aws_sdk_ec2::types::{
    CpuOptions as ReportedCpu, CpuOptionsRequest, EnclaveOptionsRequest, HibernationOptionsRequest,
    HostnameType as AwsHostnameType, InstanceAutoRecoveryState, InstanceMaintenanceOptionsRequest, Placement,
    PrivateDnsNameOptionsRequest, PrivateDnsNameOptionsResponse, Tenancy as AwsTenancy,
};
use serde::{Deserialize, Serialize};

/// How much of its type's processor an instance uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Processor {
    /// Cores, as many as the type lets choose.
    pub cores: i32,
    /// 1 or 2; 1 switches multithreading off.
    pub threads_per_core: i32,
}

/// What an instance is called inside the VPC; what is left out is as the subnet says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// What its name is made from; a change stops and starts the instance.
    #[serde(default)]
    pub hostname_type: Auto<HostnameType>,
    /// Whether the name made from its id resolves to its IPv4 address.
    #[serde(default)]
    pub a_record: Auto<bool>,
    /// Whether the name made from its id resolves to its IPv6 address.
    #[serde(default)]
    pub aaaa_record: Auto<bool>,
}

impl Instance {
    /// The launch with the options that are given.
    pub(super) fn with_options(&self, call: RunInstancesFluentBuilder) -> RunInstancesFluentBuilder {
        let placement =
            self.tenancy.as_ref().map(|tenancy| Placement::builder().tenancy(aws_tenancy(*tenancy)).build());
        let processor = self.processor.as_ref().map(|processor| {
            let request = CpuOptionsRequest::builder().core_count(processor.cores);
            request.threads_per_core(processor.threads_per_core).build()
        });
        let hibernation = self.hibernation.then(|| HibernationOptionsRequest::builder().configured(true).build());
        let enclave = self.enclave.then(|| EnclaveOptionsRequest::builder().enabled(true).build());
        let recovery = (!self.auto_recovery).then(|| {
            let disabled = InstanceAutoRecoveryState::Disabled;
            InstanceMaintenanceOptionsRequest::builder().auto_recovery(disabled).build()
        });
        let names = (self.names != Names::default()).then(|| {
            PrivateDnsNameOptionsRequest::builder()
                .set_hostname_type(self.names.hostname_type.map(aws_hostname_type))
                .set_enable_resource_name_dns_a_record(*self.names.a_record)
                .set_enable_resource_name_dns_aaaa_record(*self.names.aaaa_record)
                .build()
        });
        let call = call.set_placement(placement).set_cpu_options(processor).set_hibernation_options(hibernation);
        let call = call.set_enclave_options(enclave).set_maintenance_options(recovery);
        call.set_private_dns_name_options(names)
    }

    /// What a running instance lets change of its options.
    pub(super) async fn update_options(&self, cx: &Cx, id: &str, changes: &Changes) -> aws::Result<()> {
        if changes.touch("auto_recovery") {
            let by_itself = InstanceAutoRecoveryState::Default;
            let state = if self.auto_recovery { by_itself } else { InstanceAutoRecoveryState::Disabled };
            cx.ec2().modify_instance_maintenance_options().instance_id(id).auto_recovery(state).send().await?;
        }
        if changes.touch("names.a_record") || changes.touch("names.aaaa_record") {
            let call = cx.ec2().modify_private_dns_name_options().instance_id(id);
            let call = call.set_enable_resource_name_dns_a_record(*self.names.a_record);
            call.set_enable_resource_name_dns_aaaa_record(*self.names.aaaa_record).send().await?;
        }
        Ok(())
    }

    /// Names a stopped instance anew.
    pub(super) async fn rename(&self, cx: &Cx, id: &str) -> aws::Result<()> {
        let Some(kind) = *self.names.hostname_type else { return Ok(()) };
        let call = cx.ec2().modify_private_dns_name_options().instance_id(id);
        call.private_dns_hostname_type(aws_hostname_type(kind)).send().await?;
        Ok(())
    }
}

impl Names {
    pub(super) fn read(options: Option<PrivateDnsNameOptionsResponse>) -> Self {
        let Some(options) = options else { return Self::default() };
        Self {
            hostname_type: Auto(options.hostname_type.map(|kind| match kind {
                AwsHostnameType::ResourceName => HostnameType::ResourceName,
                _ => HostnameType::IpName,
            })),
            a_record: Auto(options.enable_resource_name_dns_a_record),
            aaaa_record: Auto(options.enable_resource_name_dns_aaaa_record),
        }
    }
}

impl Processor {
    pub(super) fn read(options: &ReportedCpu) -> Option<Self> {
        Some(Self { cores: options.core_count?, threads_per_core: options.threads_per_core? })
    }
}

/// The tenancy that a placement reports; a host of one's own is told as dedicated hardware.
pub(super) fn tenancy(placement: &Placement) -> Option<Tenancy> {
    let given = placement.tenancy.as_ref()?;
    Some(if *given == AwsTenancy::Default { Tenancy::Default } else { Tenancy::Dedicated })
}

fn aws_tenancy(tenancy: Tenancy) -> AwsTenancy {
    match tenancy {
        Tenancy::Default => AwsTenancy::Default,
        Tenancy::Dedicated => AwsTenancy::Dedicated,
    }
}

fn aws_hostname_type(kind: HostnameType) -> AwsHostnameType {
    match kind {
        HostnameType::IpName => AwsHostnameType::IpName,
        HostnameType::ResourceName => AwsHostnameType::ResourceName,
    }
}
