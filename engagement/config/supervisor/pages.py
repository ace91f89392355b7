"""The pages' application as the supervisor's web server loads it, in each of its worker processes.

A worker of granian outlives a killed master and goes on answering on its port, so it asks the kernel to
end it too.
"""

import signal

from engagement.config.embedded.processes import end_with_parent
from engagement.config.wsgi import application

end_with_parent(signal.SIGKILL)

__all__ = ["application"]
