extension Recording {
    /// Recorded from a kube-apiserver 1.36.2; headers that no client reads are left out.
    static let events = ##"""
        > POST /api/v1/namespaces/rec-74754/events HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "v1", "kind": "Event", "metadata": {"generateName": "esddns-leader."}, "involvedObject": {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "name": "esddns-leader", "namespace": "rec-74754"}, "reason": "LeaderElection", "message": "a became leader", "type": "Normal", "source": {"component": "esddns-leader"}, "firstTimestamp": "2026-01-02T03:04:05Z", "lastTimestamp": "2026-01-02T03:04:05Z", "count": 1}
        < HTTP/1.1 201 Created
        < Content-Type: application/json
        <
        < {"kind":"Event","apiVersion":"v1","metadata":{"name":"esddns-leader.tmgsj","generateName":"esddns-leader.","namespace":"rec-74754","uid":"a9ef0596-8be0-42dc-a98d-b6cdbd9490a5","resourceVersion":"264","creationTimestamp":"2026-11-22T19:14:13Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"v1","time":"2026-11-22T19:14:13Z","fieldsType":"FieldsV1","fieldsV1":{"f:count":{},"f:firstTimestamp":{},"f:involvedObject":{},"f:lastTimestamp":{},"f:message":{},"f:metadata":{"f:generateName":{}},"f:reason":{},"f:source":{"f:component":{}},"f:type":{}}}]},"involvedObject":{"kind":"Lease","namespace":"rec-74754","name":"esddns-leader","apiVersion":"coordination.k8s.io/v1"},"reason":"LeaderElection","message":"a became leader","source":{"component":"esddns-leader"},"firstTimestamp":"2026-01-02T03:04:05Z","lastTimestamp":"2026-01-02T03:04:05Z","count":1,"type":"Normal","eventTime":null,"reportingComponent":"","reportingInstance":""}
        > POST /apis/events.k8s.io/v1/namespaces/rec-74754/events HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"generateName": "esddns-leader."}, "regarding": {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "name": "esddns-leader", "namespace": "rec-74754"}, "reason": "LeaderElection", "note": "a became leader", "type": "Normal", "action": "Acquire", "eventTime": "2026-01-02T03:04:05.000006Z", "reportingController": "esddns.io/leader", "reportingInstance": "a"}
        < HTTP/1.1 422 Unprocessable Entity
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Event \"esddns-leader.nn5x7\" is invalid: metadata.generateName: Invalid value: \"esddns-leader.\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')","reason":"Invalid","details":{"name":"esddns-leader.nn5x7","kind":"Event","causes":[{"reason":"FieldValueInvalid","message":"Invalid value: \"esddns-leader.\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')","field":"metadata.generateName"}]},"code":422}
        # required fields missing
        > POST /apis/events.k8s.io/v1/namespaces/rec-74754/events HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"generateName": "esddns-leader."}, "regarding": {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "name": "esddns-leader", "namespace": "rec-74754"}, "reason": "LeaderElection", "note": "x", "type": "Normal"}
        < HTTP/1.1 422 Unprocessable Entity
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Event \"esddns-leader.6nwc2\" is invalid: [metadata.generateName: Invalid value: \"esddns-leader.\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'), eventTime: Required value]","reason":"Invalid","details":{"name":"esddns-leader.6nwc2","kind":"Event","causes":[{"reason":"FieldValueInvalid","message":"Invalid value: \"esddns-leader.\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')","field":"metadata.generateName"},{"reason":"FieldValueRequired","message":"Required value","field":"eventTime"}]},"code":422}
        """##
}
