"""What Locust's own example would be: its stock user, one request, nothing written down."""

from locust import HttpUser, constant, task


class StockUser(HttpUser):
    """Asks for the list, again and again."""

    wait_time = constant(0)

    @task
    def list_projects(self) -> None:
        """Ask."""
        self.client.get("/api/v1/projects")
