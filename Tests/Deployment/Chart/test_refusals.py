"""What is wrong with values is said before anything is installed, with the value's name and what would be right."""

import pytest
from conftest import LEAST, PRESETS, preset

ROUTE = {"provider": "route53", "label": "work"}
MISSPELT = [
    ({"gandi": {"apiKy": "x"}}, "/gandi", "apiKy"),
    ({"global": {"domian": "example.com"}}, "/global", "domian"),
    ({"leader": {"replica": 2}}, "/leader", "replica"),
    ({"updater": {"replicas": 2}}, "/updater", "replicas"),
    ({"monitoring": {"serviceMonitor": {"enable": True}}}, "/monitoring/serviceMonitor", "enable"),
    ({"monitoring": {"prometheusRule": {}}}, "/monitoring", "prometheusRule"),
    ({"settings": {"probeIntervall": "10s"}}, "/settings", "probeIntervall"),
    ({"records": [{"name": "a.example", "tll": 300}]}, "/records/0", "tll"),
    ({"accounts": [ROUTE | {"acessKeyId": "x"}]}, "/accounts/0", "acessKeyId"),
    ({"accounts": [{"provider": "gandi", "label": "w", "accessKeyId": "x"}]}, "/accounts/0", "accessKeyId"),
    ({"image": {"registry": "x"}}, "/image", "registry"),
    ({"gandi": {"secretKeys": {"tokn": "x"}}}, "/gandi/secretKeys", "tokn"),
    ({"networkPolicy": {"extraPorts": [{"prot": 1, "port": 1}]}}, "/networkPolicy/extraPorts/0", "prot"),
    ({"replicaCount": 3}, "", "replicaCount"),
]
MISTYPED = [
    ({"gandi": {"apiKey": 12}}, "/gandi/apiKey"),
    ({"global": {"recordTTL": "300"}}, "/global/recordTTL"),
    ({"global": {"recordTTL": -1}}, "/global/recordTTL"),
    ({"global": {"domain": "example.com/300"}}, "/global/domain"),
    ({"global": {"domain": "a.example,b.example"}}, "/global/domain"),
    ({"records": "home.example.com"}, "/records"),
    ({"records": [{"ttl": 300}]}, "/records/0"),
    ({"records": [{"name": "a.example@gandi"}]}, "/records/0/name"),
    ({"records": [{"name": "a.example", "types": ["MX"]}]}, "/records/0/types/0"),
    ({"records": [{"name": "a.example", "types": "A"}]}, "/records/0/types"),
    ({"records": [{"name": "a.example", "suffix": "53"}]}, "/records/0/suffix"),
    ({"records": [{"name": "a.example", "provider": "godaddy"}]}, "/records/0/provider"),
    ({"provider": "gandy"}, "/provider"),
    ({"provider": "gandi:1st"}, "/provider"),
    ({"accounts": [{"provider": "gandi"}]}, "/accounts/0"),
    ({"accounts": [{"provider": "gandi", "label": "a-b"}]}, "/accounts/0/label"),
    ({"settings": {"quorum": "3"}}, "/settings/quorum"),
    ({"settings": {"quorum": 11}}, "/settings/quorum"),
    ({"settings": {"probeInterval": 10}}, "/settings/probeInterval"),
    ({"settings": {"probeInterval": "10 s"}}, "/settings/probeInterval"),
    ({"settings": {"takeOver": "yes"}}, "/settings/takeOver"),
    ({"settings": {"logLevel": "INFO"}}, "/settings/logLevel"),
    ({"settings": {"detection": "dns"}}, "/settings/detection"),
    ({"settings": {"families": ["ipv5"]}}, "/settings/families/0"),
    ({"settings": {"stunServers": ["a:1,b:2"]}}, "/settings/stunServers/0"),
    ({"image": {"digest": "latest"}}, "/image/digest"),
    ({"image": {"pullPolicy": "Sometimes"}}, "/image/pullPolicy"),
    ({"leader": {"replicas": 0}}, "/leader/replicas"),
    ({"leader": {"port": 80}}, "/leader/port"),
    ({"leader": {"podLabels": {"a": 1}}}, "/leader/podLabels/a"),
    ({"updater": {"maxUnavailable": "ten"}}, "/updater/maxUnavailable"),
    ({"service": {"type": "Loadbalancer"}}, "/service/type"),
    ({"service": {"port": 0}}, "/service/port"),
    ({"networkPolicy": {"apiServerPorts": []}}, "/networkPolicy/apiServerPorts"),
    ({"monitoring": {"serviceMonitor": {"interval": "30"}}}, "/monitoring/serviceMonitor/interval"),
    ({"fullnameOverride": "Name"}, "/fullnameOverride"),
    # What an API server refuses, in the middle of an installation.
    ({"global": {"domain": "example..com"}}, "/global/domain"),
    ({"global": {"recordName": "home..site"}}, "/global/recordName"),
    ({"records": [{"name": ".example.com"}]}, "/records/0/name"),
    ({"image": {"tag": "name:tag"}}, "/image/tag"),
    ({"image": {"repository": "https://ghcr.io/esddns/esddns "}}, "/image/repository"),
    ({"leader": {"resources": {"requests": {"cpu": "lots"}}}}, "/leader/resources/requests/cpu"),
    ({"updater": {"resources": {"limits": {"memory": "64 Mi"}}}}, "/updater/resources/limits/memory"),
    ({"leader": {"podAnnotations": {"a/b/c": "x"}}}, ""),
    ({"leader": {"priorityClassName": "High"}}, "/leader/priorityClassName"),
    ({"leader": {"nodeSelector": {"a": "b c"}}}, "/leader/nodeSelector/a"),
    ({"leader": {"tolerations": [{"effect": "Never"}]}}, "/leader/tolerations/0/effect"),
    ({"leader": {"tolerations": [{"efect": "NoSchedule"}]}}, "/leader/tolerations/0"),
    ({"leader": {"topologySpreadConstraints": [{"maxSkew": 1}]}}, "/leader/topologySpreadConstraints/0"),
    ({"updater": {"serviceAccount": {"name": "A_B"}}}, "/updater/serviceAccount/name"),
    ({"updater": {"extraEnv": [{"name": "A", "valu": "x"}]}}, "/updater/extraEnv/0"),
    ({"updater": {"extraVolumes": [{"name": "x"}]}}, "/updater/extraVolumes/0"),
    ({"updater": {"extraVolumeMounts": [{"name": "x"}]}}, "/updater/extraVolumeMounts/0"),
    ({"service": {"loadBalancerSourceRanges": ["198.51.100.7"]}}, "/service/loadBalancerSourceRanges/0"),
    ({"ingress": {"hosts": [{"host": "https://esddns.example.com"}]}}, "/ingress/hosts/0/host"),
    ({"gandi": {"existingSecret": "My Secret"}}, "/gandi/existingSecret"),
    ({"settings": {"addressSource": "service:ingress-nginx/controller"}}, "/settings/addressSource"),
    ({"settings": {"egress": "pinned"}}, "/settings/egress"),
    ({"settings": {"owner": "site a"}}, "/settings/owner"),
]
UNFIT = [
    ({"global": {"domain": ""}}, "no record to keep: set global.domain"),
    ({"gandi": {"apiKey": ""}}, "the provider gandi has no credentials: set gandi.existingSecret, or gandi.token or gandi.apiKey"),
    ({"provider": "cloudflare"}, "the provider cloudflare has no credentials"),
    ({"provider": "azure"}, "the provider azure needs azure.subscriptionId"),
    ({"provider": "rfc2136", "rfc2136": {"existingSecret": "x"}}, "the provider rfc2136 needs rfc2136.server"),
    ({"gandi": {"existingSecret": "x"}}, "gandi.apiKey and gandi.existingSecret are both set"),
    ({"cloudflare": {"secretKeys": {"token": "x"}}}, "cloudflare.secretKeys is set without cloudflare.existingSecret"),
    ({"records": [{"name": "Example.com"}]}, "the record example.com A is listed twice"),
    ({"records": [{"name": "a.example", "types": ["A"], "suffix": "::1"}]}, "the record a.example has a suffix"),
    ({"records": [{"name": "a.example"} | ROUTE]}, "accounts has no route53:work"),
    ({"provider": "gandi:other"}, "accounts has no gandi:other"),
    ({"accounts": [ROUTE]}, "no record uses the account route53:work"),
    ({"accounts": [ROUTE, ROUTE | {"label": "WORK"}], "records": [{"name": "a.example"} | ROUTE]},
     "there are two accounts of route53 with the label work"),
    ({"leader": {"hostNetwork": True}, "updater": {"hostNetwork": True}}, "leader.port and updater.port are both 8080"),
    ({"podDisruptionBudget": {"minAvailable": 2}}, "podDisruptionBudget.minAvailable is 2"),
    ({"settings": {"addressSource": "service/controller"}}, "settings.addressSource is service/controller"),
    ({"ingress": {"enabled": True}, "service": {"enabled": False}}, "ingress.enabled needs service.enabled"),
    ({"ingress": {"enabled": True, "tls": {"enabled": True}}}, "ingress.tls.enabled needs ingress.tls.secretName"),
    ({"global": {"recordTTL": 60}}, "the record example.com has a TTL of 60 s, but gandi takes 300 to 2592000 s"),
    ({"provider": "duckdns", "duckdns": {"token": "x"}, "global": {"recordTTL": 60}}, "has a TTL, which duckdns decides by itself"),
    ({"updater": {"serviceAccount": {"create": False}}}, "updater.serviceAccount.name has to be set"),
]


@pytest.mark.parametrize("values,path,name", MISSPELT, ids=[name for _, _, name in MISSPELT])
def test_a_misspelt_value_is_named(refusal, values, path, name):
    message = refusal(LEAST, values)
    assert f"at '{path}'" in message and f"'{name}' not allowed" in message or "false schema" in message


@pytest.mark.parametrize("values,path", MISTYPED, ids=[f"{path} {number}" for number, (_, path) in enumerate(MISTYPED)])
def test_a_mistyped_value_is_named(refusal, values, path):
    assert f"at '{path}'" in refusal(LEAST, values)


@pytest.mark.parametrize("values,message", UNFIT, ids=[message for _, message in UNFIT])
def test_what_does_not_fit_together_is_named(refusal, values, message):
    assert message in refusal(LEAST, values)


def test_all_problems_are_said_at_once(refusal):
    message = refusal({"records": [{"name": "a.example"} | ROUTE], "provider": "cloudflare", "global": {"domain": "example.com"}})
    assert "cloudflare has no credentials" in message and "accounts has no route53:work" in message


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_alone_says_what_it_lacks(refusal, name):
    assert "global.domain" in refusal(preset(name))


def test_secrets_are_in_no_message(refusal):
    key = "a-key-that-nobody-may-see"
    for values in ({"global": {"domain": ""}}, {"gandi": {"existingSecret": "x"}}, {"provider": "gandi:other"}):
        assert key not in refusal(LEAST, {"gandi": {"apiKey": key}}, values)


def test_credentials_may_come_from_elsewhere(render):
    for updater in ({"extraEnvFrom": [{"secretRef": {"name": "x"}}]},
                    {"extraEnv": [{"name": "ESDDNS_GANDI_TOKEN_FILE", "value": "/vault/secrets/token"}]}):
        assert render({"global": {"domain": "example.com"}, "updater": updater}).of("DaemonSet")
