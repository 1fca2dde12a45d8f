//! `network`: a VPC with public and private subnets, the ways out, the endpoints; or one that exists.

use super::Lowering;
use crate::kinds::ec2::cidr::Cidr;
use crate::kinds::ec2::elastic_ip::ElasticIp;
use crate::kinds::ec2::internet_gateway::InternetGateway;
use crate::kinds::ec2::nat_gateway::NatGateway;
use crate::kinds::ec2::route_table::{Destination, RouteTable, Target};
use crate::kinds::ec2::security_group::{Peer, Rule, SecurityGroup};
use crate::kinds::ec2::subnet::{HostnameType, Subnet};
use crate::kinds::ec2::vpc::{Tenancy, Vpc};
use crate::kinds::ec2::vpc_endpoint::{EndpointType, VpcEndpoint};
use crate::manifest::common::implied;
use crate::manifest::network::{Existing, Nat, Network as Section};
use crate::manifest::source::Span;
use crate::manifest::subnets::{self, Blocks};
use crate::resource::{Auto, Fixed, Initial, Needs, Ref, Set};
use ipnet::Ipv4Net;
use std::collections::BTreeMap;

/// Where the other sections put their things.
pub(super) struct Network {
    pub vpc: Ref<Vpc>,
    /// The VPC's addresses, as far as they are known.
    pub cidr: Option<Ipv4Net>,
    pub public: Vec<Ref<Subnet>>,
    pub private: Vec<Ref<Subnet>>,
    /// What must be there before something in a private subnet can reach the outside.
    pub private_ways: Vec<String>,
    /// What must be there before something in a public subnet can reach the outside.
    pub public_ways: Vec<String>,
}

impl Network {
    /// What must exist before something that starts in a private subnet works.
    pub fn needs(&self) -> Needs {
        Initial(self.private_ways.clone())
    }

    /// The VPC's addresses for rules; any private address where they are unknown.
    pub fn addresses(&self) -> String {
        self.cidr.map_or_else(|| "10.0.0.0/8".into(), |cidr| cidr.to_string())
    }

    /// A security group in this VPC from which everything may go out.
    pub fn group(&self, name: String, description: &str, ingress: Vec<Rule>) -> SecurityGroup {
        let anywhere = Peer::Cidr("0.0.0.0/0".into());
        SecurityGroup {
            name: Fixed(name),
            description: Fixed(description.into()),
            vpc: Fixed(self.vpc.clone()),
            ingress: Set(ingress),
            egress: Set(vec![Rule {
                protocol: "-1".into(),
                from_port: None,
                to_port: None,
                peer: anywhere,
                description: Some("Everything may go out".into()),
            }]),
        }
    }
}

/// One TCP port for `peer`.
pub(super) fn tcp(port: i32, peer: Peer, description: &str) -> Rule {
    let (from_port, to_port) = (Some(port), Some(port));
    Rule { protocol: "tcp".into(), from_port, to_port, peer, description: Some(description.into()) }
}

impl Lowering<'_> {
    /// Lowers the network, if there is one or something needs one.
    pub(super) fn network(&mut self) -> Option<Network> {
        let manifest = self.manifest;
        let used = manifest.kafka.is_some() || manifest.client.is_some() || manifest.airflow.is_some();
        match &manifest.network {
            Some(section) => match &section.existing {
                Some(existing) => Some(self.existing_network(section, existing)),
                None => self.own_network(section),
            },
            None if used => implied::<Section>(Span::default()).and_then(|section| self.own_network(&section)),
            None => None,
        }
    }

    fn existing_network(&mut self, section: &Section, existing: &Existing) -> Network {
        let known = |ids: &[crate::manifest::decode::Spanned<String>]| -> Vec<Ref<Subnet>> {
            ids.iter().map(|id| Ref::existing(id.value.clone())).collect()
        };
        let network = Network {
            vpc: Ref::existing(existing.vpc.value.clone()),
            cidr: existing.cidr.as_ref().map(|cidr| cidr.value),
            public: known(&existing.public_subnets),
            private: known(&existing.private_subnets),
            private_ways: vec![],
            public_ways: vec![],
        };
        let tables: Vec<Ref<RouteTable>> =
            existing.route_tables.iter().map(|id| Ref::existing(id.value.clone())).collect();
        self.endpoints(section, network, tables)
    }

    fn own_network(&mut self, section: &Section) -> Option<Network> {
        let Blocks { vpc: cidr, public, private } = match subnets::cut(section) {
            Ok(blocks) => blocks,
            Err(wrong) => {
                self.found.extend(wrong);
                return None;
            }
        };
        let spec = Vpc {
            cidr: Fixed(cidr.into()),
            secondary_cidrs: Set::default(),
            ipv6: false,
            dns_support: true,
            dns_hostnames: true,
            address_usage_metrics: false,
            tenancy: Tenancy::default(),
        };
        self.add_shown("main", &spec);
        let vpc: Ref<Vpc> = Ref::to("main");
        self.add_shown("main", &InternetGateway { vpc: vpc.clone() });
        let gateway: Ref<InternetGateway> = Ref::to("main");

        let zones = section.zones.names(&self.place.region);
        let letters: Vec<String> = zones.iter().map(|zone| letter(zone, &self.place.region)).collect();
        for (kind, blocks, public) in [("private", &private, false), ("public", &public, true)] {
            for ((zone, letter), block) in zones.iter().zip(&letters).zip(blocks) {
                self.add_shown(&format!("{kind}-{letter}"), &subnet(&vpc, zone, *block, public));
            }
        }
        let subnets = |kind: &str| -> Vec<Ref<Subnet>> {
            letters.iter().map(|letter| Ref::to(format!("{kind}-{letter}"))).collect()
        };
        let (private, public) = (subnets("private"), subnets("public"));
        let mut network = Network { vpc, cidr: Some(cidr), public, private, private_ways: vec![], public_ways: vec![] };
        self.route("public", &network.vpc, &network.public, Some(Target::InternetGateway(gateway.clone())));
        network.public_ways.push(Ref::<RouteTable>::to("public").to_string());
        let tables = self.private_routes(*section.nat, &letters, &mut network, &gateway);
        Some(self.endpoints(section, network, tables))
    }

    /// The private subnets' route tables, with their NAT gateways.
    fn private_routes(
        &mut self,
        nat: Nat,
        letters: &[String],
        network: &mut Network,
        gateway: &Ref<InternetGateway>,
    ) -> Vec<Ref<RouteTable>> {
        let ways: Vec<(String, Vec<Ref<Subnet>>, Option<String>)> = match nat {
            Nat::None => vec![("private".into(), network.private.clone(), None)],
            Nat::Single => vec![("private".into(), network.private.clone(), letters.first().cloned())],
            Nat::PerZone => {
                let each = letters.iter().zip(&network.private);
                each.map(|(letter, subnet)| (format!("private-{letter}"), vec![subnet.clone()], Some(letter.clone())))
                    .collect()
            }
        };
        let mut tables = vec![];
        for (table, subnets, letter) in ways {
            let target = letter.map(|letter| {
                let name = format!("nat-{letter}");
                self.add_shown(&name, &ElasticIp::default());
                let spec = NatGateway {
                    subnet: Fixed(Ref::to(format!("public-{letter}"))),
                    elastic_ip: Fixed(Some(Ref::to(&name))),
                    secondary_elastic_ips: Set::default(),
                    private_ip: Fixed(Auto(None)),
                    needs: Initial(vec![gateway.to_string()]),
                };
                self.add_shown(&letter, &spec);
                Target::NatGateway(Ref::to(&letter))
            });
            self.route(&table, &network.vpc, &subnets, target);
            network.private_ways.push(Ref::<RouteTable>::to(&table).to_string());
            tables.push(Ref::to(&table));
        }
        tables
    }

    fn route(&mut self, name: &str, vpc: &Ref<Vpc>, subnets: &[Ref<Subnet>], target: Option<Target>) {
        let anywhere = Destination::Cidr(Cidr::from(Ipv4Net::default()));
        let routes: BTreeMap<Destination, Target> =
            target.into_iter().map(|target| (anywhere.clone(), target)).collect();
        let spec = RouteTable { vpc: Fixed(vpc.clone()), routes, subnets: subnets.iter().cloned().collect() };
        self.add_shown(name, &spec);
    }

    /// The gateway endpoint to S3, and the interface endpoints that are asked for.
    fn endpoints(&mut self, section: &Section, mut network: Network, tables: Vec<Ref<RouteTable>>) -> Network {
        let region = &self.place.region;
        let service = |name: &str| format!("com.amazonaws.{region}.{name}");
        let blank = VpcEndpoint {
            vpc: Fixed(network.vpc.clone()),
            service: Fixed(service("s3")),
            endpoint_type: Fixed(EndpointType::Gateway),
            route_tables: Set(tables),
            subnets: Set::default(),
            security_groups: Auto(None),
            private_dns: false,
            ip_address_type: Auto(None),
            dns_record_ip_type: Auto(None),
            policy: None,
        };
        let interfaces: Vec<(String, VpcEndpoint)> = section
            .endpoints
            .iter()
            .map(|name| {
                let spec = VpcEndpoint {
                    service: Fixed(service(name)),
                    endpoint_type: Fixed(EndpointType::Interface),
                    route_tables: Set::default(),
                    subnets: network.private.iter().cloned().collect(),
                    security_groups: Auto(Some(Set(vec![Ref::to("endpoints")]))),
                    private_dns: true,
                    ..blank.clone()
                };
                (name.value.clone(), spec)
            })
            .collect();
        if !blank.route_tables.is_empty() {
            self.add_shown("s3", &blank);
            network.private_ways.push(Ref::<VpcEndpoint>::to("s3").to_string());
        }
        if !interfaces.is_empty() {
            let https = tcp(443, Peer::Cidr(network.addresses()), "AWS services from inside the VPC");
            let group = network.group(self.named("endpoints"), "Interface endpoints to AWS services", vec![https]);
            self.security_group("endpoints", &group);
        }
        for (name, spec) in interfaces {
            self.add_shown(&name, &spec);
            network.private_ways.push(Ref::<VpcEndpoint>::to(&name).to_string());
        }
        network
    }
}

fn subnet(vpc: &Ref<Vpc>, zone: &str, block: Ipv4Net, public: bool) -> Subnet {
    Subnet {
        vpc: Fixed(vpc.clone()),
        cidr: Fixed(block.into()),
        zone: Fixed(Auto(Some(zone.into()))),
        ipv6: None,
        map_public_ips: public,
        assign_ipv6: false,
        dns64: false,
        hostname_type: HostnameType::default(),
        resource_name_a_record: false,
        resource_name_aaaa_record: false,
    }
}

/// What tells a zone from the others of its region: `a` of `us-east-1a`.
fn letter(zone: &str, region: &str) -> String {
    zone.strip_prefix(region).filter(|rest| !rest.is_empty()).unwrap_or(zone).trim_start_matches('-').to_owned()
}
