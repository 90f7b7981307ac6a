"""What is uploaded stays in memory and is given up as soon as it is too much: nothing is ever written to disk."""

from io import BytesIO

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from simulation.api.documents import MAX_BYTES


class Bounded(FileUploadHandler):
    """Sets `upload_too_large` on a request that brings more than a scenario file may have; what follows is not read."""

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        self._kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._kept.write(raw_data)
        if self._kept.tell() > MAX_BYTES:
            self.request.upload_too_large = True
            raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self._kept.seek(0)
        return InMemoryUploadedFile(
            self._kept, self.field_name, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra
        )
