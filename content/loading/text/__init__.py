"""Text formats: Moodle GIFT and Aiken, and the YAML of the library, read and written."""
