"""The situations in which kubectl's words were recorded, made again with the terminal's own lines: what was typed before, the ms between.

NOT_HERE lists the recordings that do not apply, each with its reason.
"""

WEB = ["create deployment web --image=nginx", 6000]
THREE = [*WEB, "scale deployment web --replicas=3", 6000]
BARE = ["run web --image=nginx", 6000]
BLUE = ["run blue1 --image=nginx --labels=app=blue,version=v1.5", "run blue2 --image=nginx --labels=app=blue,version=v1.5", 6000]
SERVED = [*THREE, "expose deployment web --port=80", 3000]
GREEN = ["create service clusterip web --tcp=80"]
BROKEN = "set image deployment web nginx=that-image-does-not-exist"
V2 = [*WEB, BROKEN, 6000]
TWO = [*WEB, "scale deployment web --replicas=2", 6000]
SCALED = [step for n in (3, 1, 2, 1, 2, 1, 2, 1) for step in (f"scale deployment web --replicas={n}", 4000)]
APP2 = """apiVersion: apps/v1
kind: Deployment
metadata: {name: app2, labels: {app: app2}}
spec:
  replicas: 2
  selector: {matchLabels: {app: app2}}
  template:
    metadata: {labels: {app: app2}}
    spec: {containers: [{name: nginx, image: nginx, ports: [{containerPort: 80}]}]}
"""
A2 = APP2.replace("replicas: 2", "replicas: 3").replace("image: nginx,", 'image: "nginx:1.27",')
BAD = APP2.replace("replicas: 2", "replicas: 2\n  replicaz: 3")
BAD2 = APP2.replace("labels: {app: app2}}\n    spec", "labels: {app: other}}\n    spec")
HAVE_APP2 = [("apply -f a1.yaml", APP2), 6000]
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: app2}\nspec: {selector: {app: app2}, ports: [{port: 80}]}\n"
EDITS = {
    "edit": ("app: web\n  sess", "app: blue\n  sess"),
    "edit-deploy": ("replicas: 1", "replicas: 2"),
    "edit-invalid": ("port: 80", "port: 99999999"),
}
TEXTS = {"svc.yaml": f"{SERVICE}---\n{APP2}", "a1.yaml": APP2, "a2.yaml": A2, "bad.yaml": BAD, "bad2.yaml": BAD2}

READY = """{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status",
"lastHeartbeatTime": "2026-11-23T02:49:18Z", "lastTransitionTime": "2026-11-23T02:49:18Z"}"""
NODE = f"""{{"status": {{"capacity": {{"cpu": "4", "memory": "8Gi"}}, "allocatable": {{"cpu": "4", "memory": "8Gi"}},
"conditions": [{READY}], "nodeInfo": {{"machineID": "m", "systemUUID": "s", "bootID": "b", "kernelVersion": "6.1.0",
"osImage": "Debian GNU/Linux 12", "kubeProxyVersion": "v1.33.1"}}}}}}"""
MACHINE = [
    'patch node node-1 -p \'{"spec": {"podCIDR": "10.244.7.0/24"}}\'',
    "patch node node-1 --subresource=status --type=merge -p '{}'".format(NODE.replace("\n", " ")),
]
"""The recording's node was another machine."""
STORY = [
    *("run web --image=nginx", 17000, "delete pod web", "create deployment web --image=nginx", 11000),
    *("scale deployment web --replicas=3", 3000, "scale deployment web --replicas=1", 4000),
    *("scale deployment web --replicas=2", 6000, "scale deployment web --replicas=1", 4000),
    *("scale deployment web --replicas=2", 5000, "scale deployment web --replicas=1", 12000),
    *("scale deployment web --replicas=2", 4000, "scale deployment web --replicas=1", 7000),
]
"""What had been done when the recording asked for events."""
ROLLED = [
    *("scale deployment web --replicas=10", 6000, "scale deployment web --replicas=3", 2000),
    *("set image deployment web nginx=that-image-does-not-exist", 10000, "rollout undo deployment web", 2000),
    *("annotate deployment web 'kubernetes.io/change-cause=first image'", 500, "set image deployment web nginx=nginx:1.27", 15000),
    *("rollout undo deployment web --to-revision=2", 1500, "rollout undo deployment web", 1000),
    *("rollout pause deployment web", "rollout resume deployment web", "rollout restart deployment web", 20000),
]
"""And when it described the Deployment."""

AGAIN = [
    *("create deployment web --image=nginx", 6000, "set image deployment web nginx=nginx:1.27", 6000, "delete deployment web"),
    *("create deployment web --image=nginx --replicas=2", 6000),
]

SITUATIONS: dict[str, list] = {
    "annotate-change-cause": WEB,
    "annotate-pod": BARE,
    "apply-create": [],
    "apply-unchanged": HAVE_APP2,
    "apply-update": HAVE_APP2,
    "apply-dry-client": [*HAVE_APP2, ("apply -f a2.yaml", A2), 6000],
    "apply-dry-server": [*HAVE_APP2, ("apply -f a2.yaml", A2), 6000],
    "create-f-exists": HAVE_APP2,
    "create-f-invalid": [],
    "create-f-unknown-field": [],
    "create-deployment": [],
    "create-deployment-exists": WEB,
    "create-deployment-badname": [],
    "create-deployment-dry-client": [],
    "create-deployment-dry-server": [],
    "create-service": [],
    "delete-notfound": [],
    "delete-ignore-notfound": [],
    "delete-pod": BARE,
    "delete-pod-force": ["run p2 --image=nginx", 6000],
    "delete-pod-now": ["run p3 --image=nginx", 6000],
    "delete-pod-nowait": ["run p1 --image=nginx", 6000],
    "delete-pods-l": BARE,
    "delete-svc": GREEN,
    "delete-deploy-rs-pods": [*WEB, *GREEN],
    "describe-deployment-badimage": [
        *TWO,
        "set resources deployment web -c nginx --limits=cpu=100m",
        6000,
        "rollout restart deployment web",
        6000,
        BROKEN,
        6000,
    ],
    "describe-pod": BARE,
    "describe-svc": SERVED,
    "diff": HAVE_APP2,
    "edit-noop": GREEN,
    "events-for": [*WEB, *SCALED],
    "expose": WEB,
    "expose-again": SERVED,
    "get-all": WEB,
    "get-all-empty": [],
    "get-deploy": WEB,
    "get-deploy-wide": WEB,
    "get-deploy-yaml": WEB,
    "get-deploy-multiple": WEB,
    "get-deploy-rs-pods": WEB,
    "get-endpoints": SERVED,
    "get-endpoints-yaml": SERVED,
    "get-endpointslices": SERVED,
    "get-endpointslices-yaml": SERVED,
    "get-jsonpath-deploy": TWO,
    "get-missing-ns": [],
    "get-notfound": [],
    "get-pod-custom-columns": BARE,
    "get-pod-jsonpath": BARE,
    "get-pod-name": BARE,
    "get-pods": BARE,
    "get-pods-L": BARE,
    "get-pods-field": BARE,
    "get-pods-no-headers": BARE,
    "get-pods-show-labels": BARE,
    "get-pod-wide": BARE,
    "get-pod-yaml": BARE,
    "get-pod-json": BARE,
    "get-pods-w-empty": BARE,
    "get-rs": WEB,
    "get-rs-yaml": WEB,
    "get-subresource-scale": [*WEB, "scale deployment web --replicas=2", 6000],
    "get-svc": SERVED,
    "get-svc-wide": SERVED,
    "get-unknown-resource": [],
    "label-all": [*BLUE, *WEB, "scale deployment web --replicas=2", 6000],
    "label-dry": [*BLUE, *WEB, "scale deployment web --replicas=2", 6000, "label pods --all x=y"],
    "label-invalid": WEB,
    "label-pod": BARE,
    "label-pod-again": [*BARE, "label pod web status=enabled"],
    "label-pod-conflict": [*BARE, "label pod web status=enabled"],
    "label-selector": BLUE,
    "label-selector-remove": [*BLUE, "label pods -l app=blue,version=v1.5 status=enabled"],
    "patch-deploy-strategic": WEB,
    "patch-immutable": WEB,
    "patch-invalid": WEB,
    "patch-json": GREEN,
    "patch-merge": GREEN,
    "patch-nochange": [*GREEN, 'patch service web -p \'{"spec":{"selector":{"app":"green"}}}\''],
    "patch-strategic": GREEN,
    "replace-f": HAVE_APP2,
    "rollout-history": V2,
    "rollout-history-revision": V2,
    "rollout-pause": WEB,
    "rollout-restart-1": WEB,
    "rollout-resume": [*WEB, "rollout pause deployment web"],
    "rollout-resume-again": WEB,
    "rollout-status": ["create deployment web --image=nginx", 500],
    "rollout-status-paused": [*WEB, "rollout pause deployment web", 500],
    "rollout-status-timeout": [*THREE, "set image deployment web nginx=that-image-does-not-exist", 3000],
    "rollout-status-watch-false": WEB,
    "rollout-undo": V2,
    "rollout-undo-2": V2,
    "rollout-undo-same": V2,
    "rollout-undo-to-revision": [*V2, "rollout undo deployment web", 6000],
    "run": [],
    "run-again": BARE,
    "run-expose": [],
    "scale": WEB,
    "scale-negative": WEB,
    "scale-notfound": [],
    "scale-rs": [],
    "set-env": WEB,
    "set-image": WEB,
    "set-image-bad": WEB,
    "set-image-nocontainer": WEB,
    "set-resources": WEB,
    "taint": [],
    "taint-rm": ["taint node kubectlstudy-node-1 k=v:NoSchedule"],
    "cordon": [],
    "get-node-cordoned": ["cordon kubectlstudy-node-1"],
    "top-pods": [],
    "version": [],
    "wait-available": WEB,
    "wait-delete": [],
    "wait-jsonpath": [*WEB, "scale deployment web --replicas=2", 6000],
    "wait-pods": [*WEB, "scale deployment web --replicas=2", 6000],
    "wait-timeout": WEB,
    "auth-can-i": [],
    "delete-f": [("apply -f svc.yaml", f"{SERVICE}---\n{APP2}"), 6000],
    "delete-cascade-foreground": ["create deployment d1 --image=nginx", 6000, "delete deployment d1 --cascade=orphan"],
    "drain": TWO,
    "drain-force": [*TWO, "cordon node-1"],
    "rollout-restart-twice": [*WEB, "rollout restart deployment web", 3000],
    "scale-resource-version": WEB,
    "create-f-unknown-field-warn": [],
    "edit": GREEN,
    "edit-deploy": WEB,
    "edit-invalid": GREEN,
    "version-yaml": [],
    "cluster-info": [],
    "label-list": [*BLUE, "label pods --all x=y"],
    "get-node-wide": MACHINE,
    "describe-node": [*TWO, *MACHINE],
    "get-pods-badimage": [*THREE, BROKEN, 5000],
    "get-deploy-after-deadline": [
        *("create deployment web --image=nginx --replicas=2", 6000, "rollout restart deployment web", 6000),
        *("rollout restart deployment web", 6000, 'patch deployment web -p \'{"spec":{"progressDeadlineSeconds":2}}\''),
        *(6000, BROKEN, 9000),
    ],
    "apply-unknown-field": [*HAVE_APP2, ("apply -f a2.yaml", A2), 6000],
    "apply-unknown-field-warn": HAVE_APP2,
    "delete-all": [
        "create deployment d2 --image=nginx --replicas=2",
        *("create service clusterip p1 --tcp=80", "create service clusterip web --tcp=80", 6000),
    ],
    "drain-disable-eviction": [*TWO, "cordon node-1"],
    "rollout-status-live": [*THREE, "set image deployment web nginx=nginx:1.27", 70],
    "get-pods-w": WEB,
    "get-pods-w-name": WEB,
    "get-pods-w-output-watch-events": WEB,
    "get-pods-w-wide": TWO,
    "get-pods-w-yaml": WEB,
    "get-pods-watch-only": TWO,
    "get-pod-single-w": TWO,
    "get-deployments-w": TWO,
    "get-replicasets-w": WEB,
    "get-events-w": STORY[:13],
    "get-events": STORY,
    "get-events-sort": STORY,
    "get-events-field": [*STORY, *ROLLED, "delete deployment web", *STORY, *ROLLED, "delete deployment web", *AGAIN],
    "events": STORY,
    "describe-deployment": [*STORY, *ROLLED],
    "describe-rs": [*STORY, *ROLLED],
}

UNTIL = {"get-pods-w-name": 3000, "get-pods-w-yaml": 3000}
"""How many ms a watch was left to itself; 20 000 if it is not said."""

DURING = {
    "get-pods-w": ((1000, "scale deployment web --replicas=3"), (4000, "scale deployment web --replicas=1")),
    "get-pods-w-output-watch-events": ((1000, "scale deployment web --replicas=2"),),
    "get-pods-w-wide": ((1000, "delete pods -l app=web"),),
    "get-pods-watch-only": ((1000, "scale deployment web --replicas=1"),),
    "get-pod-single-w": ((1000, "scale deployment web --replicas=1"),),
    "get-deployments-w": ((1000, "scale deployment web --replicas=1"),),
    "get-replicasets-w": ((1000, "scale deployment web --replicas=2"),),
    "get-events-w": ((1000, "scale deployment web --replicas=2"),),
}
"""What somebody else did while it watched."""

NOT_HERE = {
    "get-pods-A": "it lists what others ran in their own namespaces; only its heading is kept",
    "autoscale": "a desk has no autoscalers",
    "get-hpa": "a desk has no autoscalers",
    "create-configmap": "a desk has no ConfigMaps",
    "create-namespace": "a desk has the namespace default and no other",
    "delete-ns": "a desk has the namespace default and no other",
    "get-ns": "a desk has the namespace default and no other",
    "apply-server-side": "no list of who owns which field is kept",
    "apply-server-side-force": "no list of who owns which field is kept",
    "apply-ss-conflict": "no list of who owns which field is kept",
    "apply-ss-diff": "no list of who owns which field is kept",
    "config-view": "the terminal has no kubeconfig",
    "get-raw": "the terminal has no server of its own to ask",
    "get-v9": "the terminal sends no requests to log",
    "exec": "nothing runs in the containers; refused with a sentence",
    "explain-field": "the texts are our own",
    "explain-recursive": "the texts are our own",
    "api-resources": "a desk has fewer kinds",
    "api-versions": "a desk has fewer kinds",
    "logs": "the recording's nodes had no kubelet to ask",
    "logs-f": "the recording's nodes had no kubelet to ask",
}
