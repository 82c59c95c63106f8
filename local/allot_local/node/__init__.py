"""The node agent: a citizen of the cluster that runs pods as processes of this machine.

```
 API server ──watch──► agent ──► one worker for each pod ──► processes, probes
     ▲                                   │
     └──────── status, Events ───────────┘        logs ◄── kubectl logs (HTTPS)
```

What a pod's status is, follows from records by pure functions (`pod_status`, `phase`,
`probing`, `environment`); `containers`, `volumes` and `api` do the reading and writing.
"""
