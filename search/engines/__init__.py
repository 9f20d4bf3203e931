"""The engines that answer: tantivy in process, Elasticsearch as a service."""
