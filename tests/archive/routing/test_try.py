from pathlib import Path
import tempfile
from tests.archive.support import *
from simulator.archive.nodes import Node
def test_x(tmp_path):
    with lab(tmp_path/"b", [Node(ae="PACSLAB")]) as b:
        with lab(tmp_path/"a", [Node(ae="B", port=b.port)]) as a:
            b.set("dicom.ae_title","B")
            a.set("route.quiet_seconds", 0.2)
            a.archive.routing.rules.add({"name":"all","to":"B","when":["Modality=CT"]})
            a.store(*study(1,3))
            until(lambda: b.archive.index.counts()["instances"]==3)
            until(lambda: not a.archive.owed.all())
            print(a.archive.routing.counts.reconcile(ask=True))
            print(a.archive.routing.counts.destinations())
            print(a.archive.routing.preview.rows(a.archive.routing.rules.get("all"),"today"))
            print([e.text for e in a.told("route")])
