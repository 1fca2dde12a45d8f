use super::{Place, code, message, pass, tagged};
use aws_sdk_ec2::operation::run_instances::builders::RunInstancesFluentBuilder;
use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, BlockDeviceMapping, EbsBlockDevice, Filter, IamInstanceProfileSpecification,
    Instance, InstanceAttributeName, InstanceNetworkInterfaceSpecification, InstanceStateName, Placement,
    SecureBlobAttributeValue,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

impl Place {
    fn launch(&self) -> RunInstancesFluentBuilder {
        let call = self.ec2.run_instances().min_count(1).max_count(1).image_id("ami-0123456789abcdef0");
        call.instance_type("t3.micro".into())
    }

    async fn launched(&self, call: RunInstancesFluentBuilder) -> String {
        call.send().await.unwrap().instances.unwrap().remove(0).instance_id.unwrap()
    }

    async fn launched_now(&self, id: &str) -> Instance {
        let found = self.ec2.describe_instances().instance_ids(id).send().await.unwrap();
        found.reservations.unwrap().remove(0).instances.unwrap().remove(0)
    }

    async fn power(&self, id: &str) -> InstanceStateName {
        self.launched_now(id).await.state.unwrap().name.unwrap()
    }

    async fn stop(&self, id: &str) {
        self.ec2.stop_instances().instance_ids(id).send().await.unwrap();
        pass(25).await;
    }
}

fn on(value: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(value).build()
}

#[tokio::test(start_paused = true)]
async fn an_instance_starts_stops_and_dies() {
    let place = Place::new().await;
    let subnet = place.subnet(1, "us-east-1a").await;
    let public = InstanceNetworkInterfaceSpecification::builder().device_index(0).subnet_id(&subnet);
    let public = public.associate_public_ip_address(true).build();
    let id = place.launched(place.launch().network_interfaces(public)).await;
    assert_eq!(place.power(&id).await, InstanceStateName::Pending);
    let stopped = place.ec2.stop_instances().instance_ids(&id).send().await;
    assert_eq!(code(stopped), "IncorrectInstanceState");
    pass(20).await;
    let running = place.launched_now(&id).await;
    assert_eq!(place.power(&id).await, InstanceStateName::Running);
    assert_eq!(running.private_ip_address(), Some("10.0.1.4"));
    assert_eq!(running.private_dns_name(), Some("ip-10-0-1-4.ec2.internal"));
    assert_eq!(running.public_dns_name(), Some(""), "the VPC has no DNS hostnames");
    assert!(running.public_ip_address().is_some());

    place.stop(&id).await;
    assert_eq!(place.power(&id).await, InstanceStateName::Stopped);
    assert_eq!(place.launched_now(&id).await.public_ip_address(), None);
    place.ec2.start_instances().instance_ids(&id).send().await.unwrap();
    pass(20).await;
    let again = place.launched_now(&id).await;
    assert_ne!(again.public_ip_address(), running.public_ip_address());
    assert_eq!(again.private_ip_address(), running.private_ip_address());

    place.ec2.terminate_instances().instance_ids(&id).send().await.unwrap();
    assert_eq!(place.power(&id).await, InstanceStateName::ShuttingDown);
    pass(30).await;
    let dead = place.launched_now(&id).await;
    assert_eq!(place.power(&id).await, InstanceStateName::Terminated);
    assert_eq!((dead.private_ip_address(), dead.subnet_id()), (None, None));
    assert_eq!(code(place.ec2.start_instances().instance_ids(&id).send().await), "IncorrectInstanceState");
    place.ec2.terminate_instances().instance_ids(&id).send().await.unwrap();
    pass(3_600).await;
    let gone = place.ec2.describe_instances().instance_ids(&id).send().await;
    assert_eq!(code(gone), "InvalidInstanceID.NotFound");
}

#[tokio::test(start_paused = true)]
async fn a_token_brings_back_its_instance_even_when_that_is_terminated() {
    let place = Place::new().await;
    let subnet = place.subnet(1, "us-east-1a").await;
    let launch = || place.launch().subnet_id(&subnet).client_token("once");
    let id = place.launched(launch()).await;
    assert_eq!(place.launched(launch()).await, id);
    let other = launch().instance_type("t3.small".into()).send().await;
    assert_eq!(code(other), "IdempotentParameterMismatch");
    place.ec2.terminate_instances().instance_ids(&id).send().await.unwrap();
    pass(60).await;
    let again = launch().send().await.unwrap().instances.unwrap().remove(0);
    assert_eq!(again.instance_id(), Some(id.as_str()));
    assert_eq!(again.state().unwrap().name(), Some(&InstanceStateName::Terminated));
}

#[tokio::test(start_paused = true)]
async fn type_and_user_data_change_only_while_stopped() {
    let place = Place::new().await;
    let (subnet, group) = (place.subnet(1, "us-east-1a").await, place.group("one").await);
    let id = place.instance(&subnet, &group).await;
    pass(20).await;
    let modify = || place.ec2.modify_instance_attribute().instance_id(&id);
    let small = || AttributeValue::builder().value("t3.small").build();
    let data = || SecureBlobAttributeValue::builder().value(Blob::new("echo")).build();
    assert_eq!(code(modify().instance_type(small()).send().await), "IncorrectInstanceState");
    assert_eq!(code(modify().user_data(data()).send().await), "IncorrectInstanceState");
    place.stop(&id).await;
    let both = modify().instance_type(small()).user_data(data()).send().await;
    assert_eq!(code(both), "InvalidParameterCombination");
    modify().instance_type(small()).send().await.unwrap();
    modify().user_data(data()).send().await.unwrap();
    assert_eq!(place.launched_now(&id).await.instance_type().unwrap().as_str(), "t3.small");
    let call = place.ec2.describe_instance_attribute().instance_id(&id).attribute(InstanceAttributeName::UserData);
    let shown = call.send().await.unwrap().user_data.unwrap().value.unwrap();
    assert_eq!(BASE64_STANDARD.decode(shown).unwrap(), b"echo");
    let arm = AttributeValue::builder().value("t4g.small").build();
    assert!(message(modify().instance_type(arm).send().await).starts_with("The architecture 'arm64'"));
}

#[tokio::test(start_paused = true)]
async fn a_protected_instance_is_not_terminated() {
    let place = Place::new().await;
    let subnet = place.subnet(1, "us-east-1a").await;
    let id = place.launched(place.launch().subnet_id(&subnet).disable_api_termination(true)).await;
    let terminate = || place.ec2.terminate_instances().instance_ids(&id).send();
    assert_eq!(code(terminate().await), "OperationNotPermitted");
    let call = place.ec2.modify_instance_attribute().instance_id(&id).disable_api_termination(on(false));
    call.send().await.unwrap();
    terminate().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_new_instance_profile_is_not_known_at_once() {
    let place = Place::new().await;
    let subnet = place.subnet(1, "us-east-1a").await;
    let profile = IamInstanceProfileSpecification::builder().name("one").build();
    let launch = || place.launch().subnet_id(&subnet).iam_instance_profile(profile.clone()).send();
    let unknown = "Value (one) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name";
    assert_eq!(message(launch().await), unknown);
    place.iam.create_instance_profile().instance_profile_name("one").send().await.unwrap();
    assert_eq!(message(launch().await), unknown);
    pass(15).await;
    assert!(message(launch().await).ends_with("has no associated IAM Roles"));
    place.iam.create_role().role_name("r").assume_role_policy_document(TRUST).send().await.unwrap();
    place.iam.add_role_to_instance_profile().instance_profile_name("one").role_name("r").send().await.unwrap();
    pass(15).await;
    let launched = launch().await.unwrap().instances.unwrap().remove(0);
    let arn = "arn:aws:iam::000000000000:instance-profile/one";
    assert_eq!(launched.iam_instance_profile().unwrap().arn(), Some(arn));

    let id = launched.instance_id.unwrap();
    let associate = || {
        let call = place.ec2.associate_iam_instance_profile().instance_id(&id);
        call.iam_instance_profile(profile.clone()).send()
    };
    assert_eq!(code(associate().await), "IncorrectState");
    let found = place.ec2.describe_iam_instance_profile_associations().send().await.unwrap();
    let [association] = found.iam_instance_profile_associations() else { panic!("one association") };
    let association = association.association_id().unwrap();
    place.ec2.disassociate_iam_instance_profile().association_id(association).send().await.unwrap();
    assert!(place.launched_now(&id).await.iam_instance_profile().is_none());
    associate().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn images_are_named_by_id_or_parameter() {
    let place = Place::new().await;
    let subnet = place.subnet(1, "us-east-1a").await;
    let launch = |image: &str, kind: &str| {
        let call = place.ec2.run_instances().min_count(1).max_count(1).subnet_id(&subnet);
        call.image_id(image).instance_type(kind.into()).send()
    };
    let newest = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";
    let launched = launch(newest, "t4g.micro").await.unwrap().instances.unwrap().remove(0);
    assert!(launched.image_id().unwrap().starts_with("ami-0"));
    assert_eq!(launched.architecture().unwrap().as_str(), "arm64");
    assert!(message(launch(newest, "t3.micro").await).contains("does not match the architecture 'arm64'"));
    assert_eq!(code(launch("resolve:ssm:/mine", "t3.micro").await), "InvalidParameterValue");
    assert_eq!(code(launch("ami-nonsense", "t3.micro").await), "InvalidAMIID.Malformed");
    assert_eq!(code(launch("ami-01234567", "t3.gigantic").await), "InvalidParameterValue");
}

#[tokio::test(start_paused = true)]
async fn an_instance_keeps_its_subnet_and_addresses_busy() {
    let place = Place::new().await;
    let (subnet, group) = (place.subnet(1, "us-east-1a").await, place.group("one").await);
    let launch = || place.launch().subnet_id(&subnet).private_ip_address("10.0.1.9");
    let id = place.launched(launch().security_group_ids(&group)).await;
    assert_eq!(code(launch().send().await), "InvalidIPAddress.InUse");
    assert_eq!(
        code(place.launch().subnet_id(&subnet).private_ip_address("10.0.2.9").send().await),
        "InvalidParameterValue"
    );
    let delete = || place.ec2.delete_subnet().subnet_id(&subnet).send();
    assert_eq!(code(delete().await), "DependencyViolation");
    place.ec2.terminate_instances().instance_ids(&id).send().await.unwrap();
    assert_eq!(code(delete().await), "DependencyViolation");
    pass(30).await;
    delete().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_interface_says_all_or_nothing_of_its_place() {
    let place = Place::new().await;
    let subnet = place.subnet(1, "us-east-1a").await;
    let interface = InstanceNetworkInterfaceSpecification::builder().device_index(0).subnet_id(&subnet).build();
    let both = place.launch().subnet_id(&subnet).network_interfaces(interface).send().await;
    assert_eq!(code(both), "InvalidParameterCombination");
    assert_eq!(code(place.launch().send().await), "VPCIdNotSpecified");
}

#[tokio::test(start_paused = true)]
async fn a_root_volume_grows_once_in_six_hours_and_never_shrinks() {
    let place = Place::new().await;
    let subnet = place.subnet(1, "us-east-1a").await;
    let ebs = EbsBlockDevice::builder().volume_size(10).volume_type("gp3".into()).encrypted(true).build();
    let mapping = BlockDeviceMapping::builder().device_name("/dev/xvda").ebs(ebs).build();
    let call = place.launch().subnet_id(&subnet).block_device_mappings(mapping).tag_specifications(tagged("volume"));
    let id = place.launched(call).await;
    let volume = async || {
        let of_instance = Filter::builder().name("attachment.instance-id").values(&id).build();
        let found = place.ec2.describe_volumes().filters(of_instance).send().await.unwrap();
        found.volumes.unwrap().pop()
    };
    let before = volume().await.unwrap();
    assert_eq!((before.size(), before.iops(), before.throughput()), (Some(10), Some(3_000), Some(125)));
    assert_eq!(before.encrypted(), Some(true));
    assert!(before.kms_key_id().is_some());
    assert_eq!(before.tags()[0].key(), Some("team"));
    let modify = |size| place.ec2.modify_volume().volume_id(before.volume_id().unwrap()).size(size).send();
    assert_eq!(message(modify(9).await), "New size cannot be smaller than existing size: 10 GiB");
    modify(12).await.unwrap();
    assert_eq!(volume().await.unwrap().size(), Some(10));
    pass(5).await;
    assert_eq!(volume().await.unwrap().size(), Some(12));
    assert_eq!(code(modify(13).await), "VolumeModificationRateExceeded");
    pass(6 * 3_600).await;
    modify(13).await.unwrap();
    place.ec2.terminate_instances().instance_ids(&id).send().await.unwrap();
    pass(30).await;
    assert!(volume().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn only_burstable_types_have_credits() {
    let place = Place::new().await;
    let subnet = place.subnet(1, "us-east-1a").await;
    let burstable = place.launched(place.launch().subnet_id(&subnet)).await;
    let plain = place.launched(place.launch().instance_type("m5.large".into()).subnet_id(&subnet)).await;
    let ask = |id: &str| place.ec2.describe_instance_credit_specifications().instance_ids(id).send();
    let shown = ask(&burstable).await.unwrap().instance_credit_specifications.unwrap().remove(0);
    assert_eq!(shown.cpu_credits(), Some("unlimited"));
    assert_eq!(code(ask(&plain).await), "InstanceCreditSpecification.NotSupported");
}

#[tokio::test(start_paused = true)]
async fn credits_are_shown_in_pages() {
    let place = Place::new().await;
    let subnet = place.subnet(1, "us-east-1a").await;
    for _ in 0..6 {
        place.launched(place.launch().subnet_id(&subnet)).await;
    }
    let first = place.ec2.describe_instance_credit_specifications().max_results(5).send().await.unwrap();
    assert_eq!(first.instance_credit_specifications().len(), 5);
    let call = place.ec2.describe_instance_credit_specifications().max_results(5);
    let second = call.next_token(first.next_token().unwrap()).send().await.unwrap();
    assert_eq!((second.instance_credit_specifications().len(), second.next_token()), (1, None));
}

#[tokio::test(start_paused = true)]
async fn key_pairs_are_found_by_name_and_show_their_public_key_when_asked() {
    let place = Place::new().await;
    for name in ["mine", "yours"] {
        let call = place.ec2.import_key_pair().key_name(name);
        let material = Blob::new("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== somebody");
        call.public_key_material(material).send().await.unwrap();
    }
    let found = place.ec2.describe_key_pairs().key_names("mine").send().await.unwrap().key_pairs.unwrap();
    assert_eq!((found.len(), found[0].key_name(), found[0].public_key()), (1, Some("mine"), None));
    let id = found[0].key_pair_id().unwrap();
    let call = place.ec2.describe_key_pairs().key_pair_ids(id).include_public_key(true);
    let shown = call.send().await.unwrap().key_pairs.unwrap();
    assert_eq!(shown[0].public_key(), Some("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=="));
    assert_eq!(place.ec2.describe_key_pairs().send().await.unwrap().key_pairs().len(), 2);
    assert_eq!(code(place.ec2.describe_key_pairs().key_names("none").send().await), "InvalidKeyPair.NotFound");
}

#[tokio::test(start_paused = true)]
async fn a_key_pair_must_have_been_imported() {
    let place = Place::new().await;
    let subnet = place.subnet(1, "us-east-1a").await;
    let launch = || place.launch().subnet_id(&subnet).key_name("mine").send();
    assert_eq!(code(launch().await), "InvalidKeyPair.NotFound");
    let import = |text: &str| place.ec2.import_key_pair().key_name("mine").public_key_material(Blob::new(text)).send();
    assert_eq!(code(import("nonsense").await), "InvalidKey.Format");
    import("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== somebody").await.unwrap();
    assert_eq!(code(import("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== somebody").await), "InvalidKeyPair.Duplicate");
    assert_eq!(launch().await.unwrap().instances()[0].key_name(), Some("mine"));
    place.ec2.delete_key_pair().key_name("mine").send().await.unwrap();
    place.ec2.delete_key_pair().key_name("mine").send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn types_are_described_as_their_names_say_and_not_listed() {
    let place = Place::new().await;
    let call = place.ec2.describe_instance_types();
    let found = call.instance_types("t4g.small".into()).instance_types("m5.metal".into()).send().await.unwrap();
    let burstable: Vec<_> = found.instance_types().iter().map(|one| one.burstable_performance_supported()).collect();
    assert_eq!(burstable, [Some(true), Some(false)]);
    assert_eq!(found.instance_types()[1].bare_metal(), Some(true));
    let processor = found.instance_types()[0].processor_info().unwrap();
    assert_eq!(processor.supported_architectures()[0].as_str(), "arm64");
    assert_eq!(code(place.ec2.describe_instance_types().send().await), "UnsupportedOperation");
    let none = place.ec2.describe_instance_types().instance_types("small".into()).send().await;
    assert_eq!(code(none), "InvalidParameterValue");
}

#[tokio::test(start_paused = true)]
async fn a_placement_names_the_zone_of_the_subnet_or_none() {
    let place = Place::new().await;
    let subnet = place.subnet(0, "us-east-1a").await;
    let run = |zone: &str| {
        let placement = Placement::builder().availability_zone(zone).build();
        let call = place.ec2.run_instances().image_id("ami-02023000000000001").instance_type("t3.small".into());
        call.subnet_id(&subnet).min_count(1).max_count(1).placement(placement).send()
    };
    assert_eq!(code(run("us-east-1b").await), "InvalidParameterCombination");
    for zone in ["us-east-1a", ""] {
        let made = run(zone).await.unwrap();
        assert_eq!(made.instances()[0].placement().unwrap().availability_zone(), Some("us-east-1a"));
    }
}
