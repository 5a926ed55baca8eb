"""The roster (企业名单): what each row changes in the register, planned and written thousands at a time."""
