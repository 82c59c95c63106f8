"""Services of type LoadBalancer: each has an address of its own, and its pods answer there.

```
 client ──► 127.N.0.M:port ──► forwarding ──► a ready pod of the Service's selector
                 ▲
 Services ──watch──► balancer ──► status.loadBalancer
```

Which addresses and listeners there should be, and which pods may get a connection, are
pure functions (`services`, `backends`); `forwarding` and `balancer` do the I/O.
"""
