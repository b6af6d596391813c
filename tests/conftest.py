"""What all tests share. Its place also lets test modules import `invented_dossiers`."""
