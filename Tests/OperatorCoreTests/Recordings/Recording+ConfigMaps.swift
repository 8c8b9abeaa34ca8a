extension Recording {
    /// Recorded from a kube-apiserver 1.36.2; headers that no client reads are left out.
    static let configMaps = ##"""
        # absent
        > GET /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        < HTTP/1.1 404 Not Found
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"configmaps \"esddns-wan-address\" not found","reason":"NotFound","details":{"name":"esddns-wan-address","kind":"configmaps"},"code":404}
        # merge patch of an absent object
        > PATCH /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/merge-patch+json
        >
        > {"data": {"ipv4": "198.51.100.1"}}
        < HTTP/1.1 404 Not Found
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"configmaps \"esddns-wan-address\" not found","reason":"NotFound","details":{"name":"esddns-wan-address","kind":"configmaps"},"code":404}
        # create
        > POST /api/v1/namespaces/rec-74754/configmaps?fieldManager=esddns-leader HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "esddns-wan-address"}, "data": {"ipv4": "198.51.100.1"}}
        < HTTP/1.1 201 Created
        < Content-Type: application/json
        <
        < {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc","resourceVersion":"215","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"esddns-leader","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.1"}}
        # create again
        > POST /api/v1/namespaces/rec-74754/configmaps HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "esddns-wan-address"}, "data": {"ipv4": "198.51.100.2"}}
        < HTTP/1.1 409 Conflict
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"configmaps \"esddns-wan-address\" already exists","reason":"AlreadyExists","details":{"name":"esddns-wan-address","kind":"configmaps"},"code":409}
        > GET /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc","resourceVersion":"215","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"esddns-leader","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.1"}}
        # merge patch, current resourceVersion
        > PATCH /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address?fieldManager=esddns-leader HTTP/1.1
        > Content-Type: application/merge-patch+json
        >
        > {"metadata": {"resourceVersion": "215"}, "data": {"ipv4": "198.51.100.3", "heartbeat": "2"}}
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc","resourceVersion":"216","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"esddns-leader","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:heartbeat":{},"f:ipv4":{}}}}]},"data":{"heartbeat":"2","ipv4":"198.51.100.3"}}
        # merge patch, stale resourceVersion
        > PATCH /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/merge-patch+json
        >
        > {"metadata": {"resourceVersion": "215"}, "data": {"ipv4": "198.51.100.4"}}
        < HTTP/1.1 409 Conflict
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be fulfilled on configmaps \"esddns-wan-address\": the object has been modified; please apply your changes to the latest version and try again","reason":"Conflict","details":{"name":"esddns-wan-address","kind":"configmaps"},"code":409}
        # merge patch removing a key
        > PATCH /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/merge-patch+json
        >
        > {"data": {"heartbeat": null}}
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc","resourceVersion":"217","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"esddns-leader","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.3"}}
        # merge patch with another uid
        > PATCH /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/merge-patch+json
        >
        > {"metadata": {"uid": "00000000-0000-0000-0000-000000000000"}, "data": {"ipv4": "198.51.100.4"}}
        < HTTP/1.1 422 Unprocessable Entity
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"ConfigMap \"esddns-wan-address\" is invalid: metadata.uid: Invalid value: \"00000000-0000-0000-0000-000000000000\": field is immutable","reason":"Invalid","details":{"name":"esddns-wan-address","kind":"ConfigMap","causes":[{"reason":"FieldValueInvalid","message":"Invalid value: \"00000000-0000-0000-0000-000000000000\": field is immutable","field":"metadata.uid"},{"reason":"FieldValueInvalid","message":"Invalid value: \"00000000-0000-0000-0000-000000000000\": field is immutable","field":"metadata.uid"}]},"code":422}
        # update, stale resourceVersion
        > PUT /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "esddns-wan-address", "resourceVersion": "215"}, "data": {"ipv4": "198.51.100.5"}}
        < HTTP/1.1 409 Conflict
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be fulfilled on configmaps \"esddns-wan-address\": the object has been modified; please apply your changes to the latest version and try again","reason":"Conflict","details":{"name":"esddns-wan-address","kind":"configmaps"},"code":409}
        # update without resourceVersion: unconditional!
        > PUT /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "esddns-wan-address"}, "data": {"ipv4": "198.51.100.6"}}
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc","resourceVersion":"218","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"esddns-leader","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{}}},{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:ipv4":{}}}}]},"data":{"ipv4":"198.51.100.6"}}
        # wrong patch content type
        > PATCH /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/json
        >
        > {"data": {"ipv4": "x"}}
        < HTTP/1.1 415 Unsupported Media Type
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"415: Unsupported Media Type","reason":"UnsupportedMediaType","details":{},"code":415}
        # truncated JSON
        > PUT /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion":"v1",
        < HTTP/1.1 400 Bad Request
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input ({\"apiVersion\":\"v1\",)","reason":"BadRequest","code":400}
        # invalid name
        > POST /api/v1/namespaces/rec-74754/configmaps HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "Bad_Name"}}
        < HTTP/1.1 422 Unprocessable Entity
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"ConfigMap \"Bad_Name\" is invalid: metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')","reason":"Invalid","details":{"name":"Bad_Name","kind":"ConfigMap","causes":[{"reason":"FieldValueInvalid","message":"Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')","field":"metadata.name"}]},"code":422}
        # invalid data key
        > PATCH /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/merge-patch+json
        >
        > {"data": {"bad key!": "x"}}
        < HTTP/1.1 422 Unprocessable Entity
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"ConfigMap \"esddns-wan-address\" is invalid: data[bad key!]: Invalid value: \"bad key!\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')","reason":"Invalid","details":{"name":"esddns-wan-address","kind":"ConfigMap","causes":[{"reason":"FieldValueInvalid","message":"Invalid value: \"bad key!\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')","field":"data[bad key!]"}]},"code":422}
        # data value of the wrong type
        > PATCH /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/merge-patch+json
        >
        > {"data": {"n": 7}}
        < HTTP/1.1 422 Unprocessable Entity
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":" \"\" is invalid: patch: Invalid value: \"{\\\"apiVersion\\\":\\\"v1\\\",\\\"data\\\":{\\\"ipv4\\\":\\\"198.51.100.6\\\",\\\"n\\\":7},\\\"kind\\\":\\\"ConfigMap\\\",\\\"metadata\\\":{\\\"name\\\":\\\"esddns-wan-address\\\",\\\"namespace\\\":\\\"rec-74754\\\",\\\"uid\\\":\\\"dfdd4d40-30f7-4d3b-9685-9f08a130abcc\\\",\\\"resourceVersion\\\":\\\"218\\\",\\\"creationTimestamp\\\":\\\"2026-11-22T19:12:35Z\\\",\\\"managedFields\\\":[{\\\"manager\\\":\\\"esddns-leader\\\",\\\"operation\\\":\\\"Update\\\",\\\"apiVersion\\\":\\\"v1\\\",\\\"time\\\":\\\"2026-11-22T19:12:35Z\\\",\\\"fieldsType\\\":\\\"FieldsV1\\\",\\\"fieldsV1\\\":{\\\"f:data\\\":{}}},{\\\"manager\\\":\\\"unknown\\\",\\\"operation\\\":\\\"Update\\\",\\\"apiVersion\\\":\\\"v1\\\",\\\"time\\\":\\\"2026-11-22T19:12:35Z\\\",\\\"fieldsType\\\":\\\"FieldsV1\\\",\\\"fieldsV1\\\":{\\\"f:data\\\":{\\\"f:ipv4\\\":{}}}}]}}\": json: cannot unmarshal number into Go struct field ConfigMap.data of type string","reason":"Invalid","details":{"causes":[{"reason":"FieldValueInvalid","message":"Invalid value: \"{\\\"apiVersion\\\":\\\"v1\\\",\\\"data\\\":{\\\"ipv4\\\":\\\"198.51.100.6\\\",\\\"n\\\":7},\\\"kind\\\":\\\"ConfigMap\\\",\\\"metadata\\\":{\\\"name\\\":\\\"esddns-wan-address\\\",\\\"namespace\\\":\\\"rec-74754\\\",\\\"uid\\\":\\\"dfdd4d40-30f7-4d3b-9685-9f08a130abcc\\\",\\\"resourceVersion\\\":\\\"218\\\",\\\"creationTimestamp\\\":\\\"2026-11-22T19:12:35Z\\\",\\\"managedFields\\\":[{\\\"manager\\\":\\\"esddns-leader\\\",\\\"operation\\\":\\\"Update\\\",\\\"apiVersion\\\":\\\"v1\\\",\\\"time\\\":\\\"2026-11-22T19:12:35Z\\\",\\\"fieldsType\\\":\\\"FieldsV1\\\",\\\"fieldsV1\\\":{\\\"f:data\\\":{}}},{\\\"manager\\\":\\\"unknown\\\",\\\"operation\\\":\\\"Update\\\",\\\"apiVersion\\\":\\\"v1\\\",\\\"time\\\":\\\"2026-11-22T19:12:35Z\\\",\\\"fieldsType\\\":\\\"FieldsV1\\\",\\\"fieldsV1\\\":{\\\"f:data\\\":{\\\"f:ipv4\\\":{}}}}]}}\": json: cannot unmarshal number into Go struct field ConfigMap.data of type string","field":"patch"}]},"code":422}
        # server-side apply, conflict with another manager
        > PATCH /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address?fieldManager=esddns-apply&force=false HTTP/1.1
        > Content-Type: application/apply-patch+yaml
        >
        > {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "esddns-wan-address"}, "data": {"ipv4": "198.51.100.9"}}
        < HTTP/1.1 409 Conflict
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Apply failed with 1 conflict: conflict with \"unknown\" using v1: .data.ipv4","reason":"Conflict","details":{"causes":[{"reason":"FieldManagerConflict","message":"conflict with \"unknown\" using v1","field":".data.ipv4"}]},"code":409}
        # server-side apply, forced
        > PATCH /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address?fieldManager=esddns-apply&force=true HTTP/1.1
        > Content-Type: application/apply-patch+yaml
        >
        > {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "esddns-wan-address"}, "data": {"ipv4": "198.51.100.9"}}
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc","resourceVersion":"219","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"esddns-apply","operation":"Apply","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:ipv4":{}}}},{"manager":"esddns-leader","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{}}}]},"data":{"ipv4":"198.51.100.9"}}
        # dry run
        > PATCH /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address?dryRun=All HTTP/1.1
        > Content-Type: application/merge-patch+json
        >
        > {"data": {"ipv4": "dry"}}
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"esddns-wan-address","namespace":"rec-74754","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc","resourceVersion":"219","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"esddns-leader","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{}}},{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:ipv4":{}}}}]},"data":{"ipv4":"dry"}}
        # delete with a stale precondition
        > DELETE /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        > Content-Type: application/json
        >
        > {"preconditions": {"resourceVersion": "215"}}
        < HTTP/1.1 409 Conflict
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be fulfilled on ConfigMap \"esddns-wan-address\": the ResourceVersion in the precondition (215) does not match the ResourceVersion in record (219). The object might have been modified","reason":"Conflict","details":{"name":"esddns-wan-address","kind":"ConfigMap"},"code":409}
        # delete
        > DELETE /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"esddns-wan-address","kind":"configmaps","uid":"dfdd4d40-30f7-4d3b-9685-9f08a130abcc"}}
        # delete again
        > DELETE /api/v1/namespaces/rec-74754/configmaps/esddns-wan-address HTTP/1.1
        < HTTP/1.1 404 Not Found
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"configmaps \"esddns-wan-address\" not found","reason":"NotFound","details":{"name":"esddns-wan-address","kind":"configmaps"},"code":404}
        """##
}
