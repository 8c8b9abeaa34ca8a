#!/usr/bin/env python3
"""What AWS's own Python library does, for tests. The first argument names it:

records URL                 print "ID NAME TYPE TTL VALUE..." for all record sets of all hosted zones at URL
zone URL NAME [private]     create a hosted zone, and print its ID
put URL ID JSON             create or replace the record set that JSON describes
sign FILE                   sign the requests in FILE, one JSON object a line, and print their Authorization headers
"""

import datetime
import json
import sys

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials


def client(url):
    return boto3.client(
        "route53",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="tests",
        aws_secret_access_key="tests",
    )


def records(url):
    api = client(url)
    for zone in api.list_hosted_zones()["HostedZones"]:
        pages = api.get_paginator("list_resource_record_sets")
        for page in pages.paginate(HostedZoneId=zone["Id"]):
            for record in page["ResourceRecordSets"]:
                values = sorted(r["Value"] for r in record.get("ResourceRecords", []))
                print(
                    zone["Id"].split("/")[-1],
                    record["Name"],
                    record["Type"],
                    record.get("TTL", "-"),
                    *values,
                )


def zone(url, name, kind=None):
    options = {}
    if kind == "private":
        options = {
            "HostedZoneConfig": {"PrivateZone": True},
            "VPC": {"VPCRegion": "us-east-1", "VPCId": "vpc-1a2b3c4d"},
        }
    answer = client(url).create_hosted_zone(
        Name=name, CallerReference=f"{name} {kind}", **options
    )
    print(answer["HostedZone"]["Id"].split("/")[-1])


def put(url, zone_id, text):
    client(url).change_resource_record_sets(
        HostedZoneId=zone_id,
        ChangeBatch={
            "Changes": [{"Action": "UPSERT", "ResourceRecordSet": json.loads(text)}]
        },
    )


def sign(path):
    with open(path, encoding="utf-8") as file:
        lines = file.readlines()
    for line in lines:
        wanted = json.loads(line)
        # The library takes the time of day from here.
        botocore.auth.get_current_datetime = lambda stamp=wanted["time"]: (
            datetime.datetime.fromtimestamp(stamp, datetime.timezone.utc)
        )
        credentials = botocore.credentials.Credentials(
            wanted["id"], wanted["secret"], wanted.get("token")
        )
        request = botocore.awsrequest.AWSRequest(
            method=wanted["method"],
            url=wanted["url"],
            headers=wanted["headers"],
            data=wanted["body"].encode(),
        )
        botocore.auth.SigV4Auth(credentials, "route53", "us-east-1").add_auth(request)
        print(request.headers["Authorization"])


if __name__ == "__main__":
    {"records": records, "zone": zone, "put": put, "sign": sign}[sys.argv[1]](
        *sys.argv[2:]
    )
