//! Adding, removing and changing rules.

use super::super::resource::{Listed, Resource, find};
use super::super::{endpoints, refusals, tags};
use super::permission::{self, block4, block6, peer_group, ports};
use super::{Peer, Rule, SecurityGroup, named, rule};
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::wire::{Params, Xml};

/// Rules of one direction in a group where nobody asked for more.
const QUOTA: usize = 60;

pub(super) fn authorize_ingress(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    authorize(account, call, false)
}

pub(super) fn authorize_egress(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    authorize(account, call, true)
}

/// All rules or none.
fn authorize(account: &mut Account, call: &Call, egress: bool) -> Result<Answer, Fault> {
    let params = call.params();
    let group = named(account, &params)?;
    let rules = asked(account, &params, group, egress)?;
    let tags = tags::specified(&params, Rule::TYPE)?;
    refusals::done(&params)?;
    if rules.is_empty() {
        return Err(refusals::missing("ipPermissions"));
    }
    let twin = |rule: &Rule| group.rules(account, egress).find(|known| known.is(rule));
    if let Some(known) = rules.iter().find_map(twin) {
        return Err(duplicate(known));
    }
    if rules.iter().enumerate().any(|(index, rule)| rules[..index].iter().any(|other| other.is(rule))) {
        return Err(refusals::invalid("The same permission must not appear multiple times"));
    }
    if group.rules(account, egress).count() + rules.len() > QUOTA {
        return Err(refusals::limit("RulesPerSecurityGroupLimitExceeded", "rules per security group"));
    }
    let rules = rules.into_iter().map(|rule| Rule { tags: tags.clone(), ..rule });
    let ids: Vec<String> = rules.map(|rule| rule::add(account, rule)).collect();
    let shown = ids.iter().filter_map(|id| account.ec2.security_group_rules.get(id));
    let shown = shown.map(|rule| rule.show(account, call.now));
    Ok(Answer::xml(Xml::new().text("return", true).list("securityGroupRuleSet", "item", shown)))
}

/// The rules of `IpPermissions`, or the one that the members of an older form say.
fn asked(account: &Account, params: &Params, group: &SecurityGroup, egress: bool) -> Result<Vec<Rule>, Fault> {
    let mut rules = permission::read(account, params, group, egress)?;
    if !egress && params.has("CidrIp") {
        let protocol: String = params.required("IpProtocol")?;
        let (protocol, from, to) = ports(&protocol, params.optional("FromPort")?, params.optional("ToPort")?)?;
        let peer = block4(&params.required::<String>("CidrIp")?)?;
        rules.push(Rule { protocol, from, to, ..Rule::any(&group.id, egress, peer) });
    }
    Ok(rules)
}

pub(super) fn revoke_ingress(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    revoke(account, call, false)
}

pub(super) fn revoke_egress(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    revoke(account, call, true)
}

/// All rules or none.
fn revoke(account: &mut Account, call: &Call, egress: bool) -> Result<Answer, Fault> {
    let params = call.params();
    let group = named(account, &params)?;
    let rules = asked(account, &params, group, egress)?;
    let mut ids: Vec<String> = params.list("SecurityGroupRuleId")?;
    refusals::done(&params)?;
    match (rules.is_empty(), ids.is_empty()) {
        (true, true) => return Err(refusals::missing("ipPermissions")),
        (false, false) => {
            let text = "The parameters 'securityGroupRuleIds' and 'ipPermissions' may not be used in combination";
            return Err(refusals::combination(text));
        }
        _ => {}
    }
    for id in &ids {
        of_group(account, group, egress, id)?;
    }
    for rule in &rules {
        ids.push(twin(account, group, rule)?);
    }
    let gone: Vec<Rule> = ids.iter().filter_map(|id| account.ec2.security_group_rules.remove(id)).collect();
    let shown = gone.iter().map(|rule| rule.show_revoked());
    Ok(Answer::xml(Xml::new().text("return", true).list("revokedSecurityGroupRuleSet", "item", shown)))
}

/// The rule `id`, when it is one of `group`.
fn of_group<'a>(account: &'a Account, group: &SecurityGroup, egress: bool, id: &str) -> Result<&'a Rule, Fault> {
    let rule: &Rule = find(account, id, account.now)?;
    if rule.group == group.id && rule.egress == egress { Ok(rule) } else { Err(Rule::absent(id)) }
}

/// The id of the rule that `group` has like `rule`.
fn twin(account: &Account, group: &SecurityGroup, rule: &Rule) -> Result<String, Fault> {
    let known = group.rules(account, rule.egress).find(|known| known.is(rule));
    known.map(|known| known.id.clone()).ok_or_else(|| {
        let text = "The specified rule does not exist in this security group.";
        Fault::new(400, "InvalidPermission.NotFound", text)
    })
}

fn duplicate(known: &Rule) -> Fault {
    Fault::new(400, "InvalidPermission.Duplicate", format!("{} already exists", known.told()))
}

pub(super) fn redescribe_ingress(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    redescribe(account, call, false)
}

pub(super) fn redescribe_egress(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    redescribe(account, call, true)
}

fn redescribe(account: &mut Account, call: &Call, egress: bool) -> Result<Answer, Fault> {
    let params = call.params();
    let group = named(account, &params)?;
    let mut changes = Vec::new();
    for rule in permission::read(account, &params, group, egress)? {
        changes.push((twin(account, group, &rule)?, rule.description));
    }
    for one in params.structures("SecurityGroupRuleDescription") {
        let id: String = one.required("SecurityGroupRuleId")?;
        of_group(account, group, egress, &id)?;
        changes.push((id, permission::description(&one)?));
    }
    refusals::done(&params)?;
    if changes.is_empty() {
        return Err(refusals::missing("ipPermissions"));
    }
    for (id, description) in changes {
        if let Some(rule) = account.ec2.security_group_rules.get_mut(&id) {
            rule.description = description;
        }
    }
    Ok(refusals::yes())
}

/// Replaces the content of rules, which keep their ids.
pub(super) fn modify(account: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let group = named(account, &params)?;
    let updates = params.structures("SecurityGroupRule");
    let mut changed: Vec<Rule> = Vec::new();
    for update in &updates {
        let id: String = update.required("SecurityGroupRuleId")?;
        let known: &Rule = find(account, &id, call.now)?;
        of_group(account, group, known.egress, &id)?;
        let wanted = update.structure("SecurityGroupRule").ok_or_else(|| refusals::missing("SecurityGroupRule"))?;
        let protocol: String = wanted.required("IpProtocol")?;
        let (protocol, from, to) = ports(&protocol, wanted.optional("FromPort")?, wanted.optional("ToPort")?)?;
        let peer = peer(account, &wanted, group)?;
        let description = permission::description(&wanted)?;
        let rule = Rule { protocol, from, to, peer, description, ..known.clone() };
        let mut others = group.rules(account, rule.egress).filter(|other| other.id != id);
        if let Some(other) = others.find(|other| other.is(&rule)) {
            return Err(duplicate(other));
        }
        changed.push(rule);
    }
    refusals::done(&params)?;
    if changed.is_empty() {
        return Err(refusals::missing("SecurityGroupRule"));
    }
    let changed = changed.into_iter().map(|rule| (rule.id.clone(), rule));
    account.ec2.security_group_rules.extend(changed);
    Ok(refusals::yes())
}

fn peer(account: &Account, wanted: &Params, group: &SecurityGroup) -> Result<Peer, Fault> {
    if let Some(block) = wanted.optional::<String>("CidrIpv4")? {
        return block4(&block);
    }
    if let Some(block) = wanted.optional::<String>("CidrIpv6")? {
        return block6(&block);
    }
    if let Some(other) = wanted.optional::<String>("ReferencedGroupId")? {
        return peer_group(account, &other, None, &group.vpc);
    }
    let list: String = wanted.required("PrefixListId")?;
    endpoints::check_prefix_list(account, &list)?;
    Ok(Peer::PrefixList(list))
}
