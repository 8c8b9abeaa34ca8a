extension Recording {
    /// Recorded from a kube-apiserver 1.36.2; headers that no client reads are left out.
    static let leases = ##"""
        # absent
        > GET /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        < HTTP/1.1 404 Not Found
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"leases.coordination.k8s.io \"esddns-leader\" not found","reason":"NotFound","details":{"name":"esddns-leader","group":"coordination.k8s.io","kind":"leases"},"code":404}
        # create, six fractional digits
        > POST /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader"}, "spec": {"holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.000006Z", "leaseTransitions": 0}}
        < HTTP/1.1 201 Created
        < Content-Type: application/json
        <
        < {"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"esddns-leader","namespace":"rec-74754","uid":"c001cf59-25a0-40f3-b53b-67cdeec7ddcb","resourceVersion":"221","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"coordination.k8s.io/v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:acquireTime":{},"f:holderIdentity":{},"f:leaseDurationSeconds":{},"f:leaseTransitions":{},"f:renewTime":{}}}}]},"spec":{"holderIdentity":"node-a_1","leaseDurationSeconds":15,"acquireTime":"2026-01-02T03:04:05.000006Z","renewTime":"2026-01-02T03:04:05.000006Z","leaseTransitions":0}}
        # create again (a lost race)
        > POST /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader"}, "spec": {"holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.000006Z", "leaseTransitions": 0}}
        < HTTP/1.1 409 Conflict
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"leases.coordination.k8s.io \"esddns-leader\" already exists","reason":"AlreadyExists","details":{"name":"esddns-leader","group":"coordination.k8s.io","kind":"leases"},"code":409}
        # renewTime with no fraction: 2026-01-02T03:04:05Z
        > PUT /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader", "resourceVersion": "221"}, "spec": {"holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05Z", "leaseTransitions": 0}}
        < HTTP/1.1 400 Bad Request
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Lease in version \"v1\" cannot be handled as a Lease: parsing time \"2026-01-02T03:04:05Z\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"Z\" as \".000000\"","reason":"BadRequest","code":400}
        # renewTime with three digits: 2026-01-02T03:04:05.006Z
        > PUT /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader", "resourceVersion": "221"}, "spec": {"holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.006Z", "leaseTransitions": 0}}
        < HTTP/1.1 400 Bad Request
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Lease in version \"v1\" cannot be handled as a Lease: parsing time \"2026-01-02T03:04:05.006Z\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \".006Z\" as \".000000\"","reason":"BadRequest","code":400}
        # renewTime with numeric offset: 2026-01-02T03:04:05.000006+00:00
        > PUT /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader", "resourceVersion": "221"}, "spec": {"holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.000006+00:00", "leaseTransitions": 0}}
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"esddns-leader","namespace":"rec-74754","uid":"c001cf59-25a0-40f3-b53b-67cdeec7ddcb","resourceVersion":"221","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"coordination.k8s.io/v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:acquireTime":{},"f:holderIdentity":{},"f:leaseDurationSeconds":{},"f:leaseTransitions":{},"f:renewTime":{}}}}]},"spec":{"holderIdentity":"node-a_1","leaseDurationSeconds":15,"acquireTime":"2026-01-02T03:04:05.000006Z","renewTime":"2026-01-02T03:04:05.000006Z","leaseTransitions":0}}
        # renewTime with seven digits: 2026-01-02T03:04:05.0000060Z
        > PUT /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader", "resourceVersion": "221"}, "spec": {"holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.0000060Z", "leaseTransitions": 0}}
        < HTTP/1.1 400 Bad Request
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Lease in version \"v1\" cannot be handled as a Lease: parsing time \"2026-01-02T03:04:05.0000060Z\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"0Z\" as \"Z07:00\"","reason":"BadRequest","code":400}
        # as stored
        > GET /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"esddns-leader","namespace":"rec-74754","uid":"c001cf59-25a0-40f3-b53b-67cdeec7ddcb","resourceVersion":"221","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"coordination.k8s.io/v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:acquireTime":{},"f:holderIdentity":{},"f:leaseDurationSeconds":{},"f:leaseTransitions":{},"f:renewTime":{}}}}]},"spec":{"holderIdentity":"node-a_1","leaseDurationSeconds":15,"acquireTime":"2026-01-02T03:04:05.000006Z","renewTime":"2026-01-02T03:04:05.000006Z","leaseTransitions":0}}
        # update without resourceVersion
        > PUT /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader"}, "spec": {"holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.000006Z", "leaseTransitions": 0}}
        < HTTP/1.1 422 Unprocessable Entity
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"leases.coordination.k8s.io \"esddns-leader\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update","reason":"Invalid","details":{"name":"esddns-leader","group":"coordination.k8s.io","kind":"leases","causes":[{"reason":"FieldValueInvalid","message":"Invalid value: 0: must be specified for an update","field":"metadata.resourceVersion"}]},"code":422}
        # update with a stale resourceVersion
        > PUT /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader", "resourceVersion": "1"}, "spec": {"holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.000006Z", "leaseTransitions": 0}}
        < HTTP/1.1 409 Conflict
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be fulfilled on leases.coordination.k8s.io \"esddns-leader\": the object has been modified; please apply your changes to the latest version and try again","reason":"Conflict","details":{"name":"esddns-leader","group":"coordination.k8s.io","kind":"leases"},"code":409}
        # update with another uid
        > PUT /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader", "resourceVersion": "221", "uid": "00000000-0000-0000-0000-000000000000"}, "spec": {"holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.000006Z", "leaseTransitions": 0}}
        < HTTP/1.1 409 Conflict
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be fulfilled on leases.coordination.k8s.io \"esddns-leader\": StorageError: invalid object, Code: 4, Key: /registry/leases/rec-74754/esddns-leader, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: 00000000-0000-0000-0000-000000000000, UID in object meta: c001cf59-25a0-40f3-b53b-67cdeec7ddcb","reason":"Conflict","details":{"name":"esddns-leader","group":"coordination.k8s.io","kind":"leases"},"code":409}
        # duration 0
        > PUT /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader", "resourceVersion": "221"}, "spec": {"holderIdentity": "node-a_1", "leaseDurationSeconds": 0, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.000006Z", "leaseTransitions": 0}}
        < HTTP/1.1 422 Unprocessable Entity
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Lease.coordination.k8s.io \"esddns-leader\" is invalid: spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0","reason":"Invalid","details":{"name":"esddns-leader","group":"coordination.k8s.io","kind":"Lease","causes":[{"reason":"FieldValueInvalid","message":"Invalid value: 0: must be greater than 0","field":"spec.leaseDurationSeconds"}]},"code":422}
        # transitions -1
        > PUT /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader", "resourceVersion": "221"}, "spec": {"holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.000006Z", "leaseTransitions": -1}}
        < HTTP/1.1 422 Unprocessable Entity
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Lease.coordination.k8s.io \"esddns-leader\" is invalid: spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0","reason":"Invalid","details":{"name":"esddns-leader","group":"coordination.k8s.io","kind":"Lease","causes":[{"reason":"FieldValueInvalid","message":"Invalid value: -1: must be greater than or equal to 0","field":"spec.leaseTransitions"}]},"code":422}
        # release: empty holder, duration 1
        > PUT /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader", "resourceVersion": "221", "uid": "c001cf59-25a0-40f3-b53b-67cdeec7ddcb"}, "spec": {"holderIdentity": "", "leaseDurationSeconds": 1, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.000006Z", "leaseTransitions": 0}}
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"esddns-leader","namespace":"rec-74754","uid":"c001cf59-25a0-40f3-b53b-67cdeec7ddcb","resourceVersion":"222","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"coordination.k8s.io/v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:acquireTime":{},"f:holderIdentity":{},"f:leaseDurationSeconds":{},"f:leaseTransitions":{},"f:renewTime":{}}}}]},"spec":{"holderIdentity":"","leaseDurationSeconds":1,"acquireTime":"2026-01-02T03:04:05.000006Z","renewTime":"2026-01-02T03:04:05.000006Z","leaseTransitions":0}}
        # null holder
        > PUT /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader", "resourceVersion": "222"}, "spec": {"holderIdentity": null, "leaseDurationSeconds": 15, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.000006Z", "leaseTransitions": 0}}
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"esddns-leader","namespace":"rec-74754","uid":"c001cf59-25a0-40f3-b53b-67cdeec7ddcb","resourceVersion":"223","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"coordination.k8s.io/v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:acquireTime":{},"f:leaseDurationSeconds":{},"f:leaseTransitions":{},"f:renewTime":{}}}}]},"spec":{"leaseDurationSeconds":15,"acquireTime":"2026-01-02T03:04:05.000006Z","renewTime":"2026-01-02T03:04:05.000006Z","leaseTransitions":0}}
        > DELETE /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        < HTTP/1.1 200 OK
        < Content-Type: application/json
        <
        < {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"esddns-leader","group":"coordination.k8s.io","kind":"leases","uid":"c001cf59-25a0-40f3-b53b-67cdeec7ddcb"}}
        # PUT of an absent Lease creates it
        > PUT /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader"}, "spec": {"holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.000006Z", "leaseTransitions": 0}}
        < HTTP/1.1 201 Created
        < Content-Type: application/json
        <
        < {"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"esddns-leader","namespace":"rec-74754","uid":"f9edfa7b-865e-4b1e-a15c-e2631a08d0d4","resourceVersion":"225","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"coordination.k8s.io/v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:acquireTime":{},"f:holderIdentity":{},"f:leaseDurationSeconds":{},"f:leaseTransitions":{},"f:renewTime":{}}}}]},"spec":{"holderIdentity":"node-a_1","leaseDurationSeconds":15,"acquireTime":"2026-01-02T03:04:05.000006Z","renewTime":"2026-01-02T03:04:05.000006Z","leaseTransitions":0}}
        # PUT of an absent Lease with a resourceVersion
        > PUT /apis/coordination.k8s.io/v1/namespaces/rec-74754/leases/esddns-leader2 HTTP/1.1
        > Content-Type: application/json
        >
        > {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "esddns-leader2", "resourceVersion": "5"}, "spec": {"holderIdentity": "node-a_1", "leaseDurationSeconds": 15, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:05.000006Z", "leaseTransitions": 0}}
        < HTTP/1.1 201 Created
        < Content-Type: application/json
        <
        < {"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"esddns-leader2","namespace":"rec-74754","uid":"95c9662f-c375-49cd-abee-438d4e3d3c8c","resourceVersion":"226","creationTimestamp":"2026-11-22T19:12:35Z","managedFields":[{"manager":"unknown","operation":"Update","apiVersion":"coordination.k8s.io/v1","time":"2026-11-22T19:12:35Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:acquireTime":{},"f:holderIdentity":{},"f:leaseDurationSeconds":{},"f:leaseTransitions":{},"f:renewTime":{}}}}]},"spec":{"holderIdentity":"node-a_1","leaseDurationSeconds":15,"acquireTime":"2026-01-02T03:04:05.000006Z","renewTime":"2026-01-02T03:04:05.000006Z","leaseTransitions":0}}
        """##
}
