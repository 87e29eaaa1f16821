"""Folders of CSV and Parquet files, made one database by a process of its own."""
