"""Services outside of this installation, behind functions of ours."""
